import type { Feature } from '../flow.ts';
import type { Probe, ProbeOptions } from './probe.ts';

/* Loaded when asked for: most users of this room's types and histograms run where there is no kernel to probe. */

/**
 * Attaches to the kernel and reports every TCP connection until it is stopped. Resolves when every program is attached
 * and every snapshot is read.
 *
 * @throws FaultlineError `FL-101` privileges, `FL-102` kernel, `FL-103` addon, `FL-104` to `FL-106` kernel programs
 */
export async function startProbe(options: ProbeOptions): Promise<Probe> {
  const live = await import('./probe.ts');
  return live.startProbe(options);
}

/**
 * What live probing can do on this machine: attaches the kernel programs for a moment, watching no socket. Never throws.
 */
export async function examine(objectFile?: string): Promise<Feature[]> {
  const live = await import('./examine.ts');
  return live.examine(objectFile);
}
