import type { Flow } from '../../flow.ts';
import { type Probe, type ProbeOptions, startProbe } from '../probe.ts';

/** A running probe and everything it has said so far. */
export interface Observed {
  readonly probe: Probe;
  readonly flows: readonly Flow[];
  readonly ended: readonly Flow[];
  /** Resolves when `count` connections (both ends of one are two) have ended; rejects when they never do. */
  untilEnded(count: number): Promise<void>;
}

const PATIENCE_MILLIS = 20_000;

export async function observe(options: Omit<ProbeOptions, 'onFlows' | 'onEnded'>): Promise<Observed> {
  const flows: Flow[] = [];
  const ended: Flow[] = [];
  const errors: unknown[] = [];
  const probe = await startProbe({
    ...options,
    onFlows: (more) => flows.push(...more),
    onEnded: (more) => ended.push(...more),
    onError: (error) => errors.push(error),
  });
  return {
    probe,
    flows,
    ended,
    async untilEnded(count) {
      for (let waited = 0; ended.length < count; waited += 10) {
        if (errors.length > 0) throw errors[0];
        if (waited > PATIENCE_MILLIS) throw new Error(`${ended.length} of ${count} connections have ended`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
