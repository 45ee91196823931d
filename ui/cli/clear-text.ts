import type { ProbeOptions } from '../../probe/index.ts';
import type { Options } from './command.ts';

/** What `--tls` adds to the options of the probe: a number is a process id, anything else a name or a path. */
export function clearTextOptions(options: Pick<Options, 'texts'>): Pick<ProbeOptions, 'tls'> {
  const processes = options.texts('tls').map((text) => (/^\d+$/.test(text) ? Number(text) : text));
  return processes.length === 0 ? {} : { tls: { processes } };
}
