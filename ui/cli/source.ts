import { delimiter } from 'node:path';
import type { ClusterSource } from '../pipeline/index.ts';
import type { Options } from './command.ts';

/** The options that say where names come from. */
export function clusterOptions(options: Options) {
  return {
    kubeconfig: options.text('kubeconfig'),
    server: options.text('server'),
    objects: options.text('objects'),
  };
}

/** What such a source reads again while it runs. */
export function filesOf(source: ClusterSource): readonly string[] {
  switch (source.kind) {
    case 'none':
      return [];
    case 'file':
      return [source.file];
    case 'api':
      return (source.kubeconfig ?? process.env.KUBECONFIG ?? '')
        .split(delimiter)
        .filter((file) => file !== '');
  }
}
