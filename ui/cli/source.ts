import type { Options } from './command.ts';

/** The options that say where names come from. */
export function clusterOptions(options: Options) {
  return {
    kubeconfig: options.text('kubeconfig'),
    server: options.text('server'),
    objects: options.text('objects'),
  };
}
