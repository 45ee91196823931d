import type { Pod } from './shop.ts';

/** What a fault does to one call between two pods; times in milliseconds, shares 0..1. */
export interface Effect {
  readonly fails?: number;
  readonly refuses?: number;
  readonly drops?: number;
  readonly resets?: number;
  /** Added to the server's own time, and a factor on it. */
  readonly slower?: number;
  readonly factor?: number;
  readonly wait?: number;
  /** Share of calls that come while the server is held up, and are read up to 40 ms later. */
  readonly paused?: number;
  /** Share of answers that come while the client is held up, and are read up to 40 ms later. */
  readonly late?: number;
  /** Calls made where one was made before. */
  readonly repeats?: number;
  /** Added to the way there and back. */
  readonly delay?: number;
  /** Share of segments lost. */
  readonly loss?: number;
}

/** A fault holds for the calls it matches, from the onset on. */
export interface Fault extends Effect {
  readonly hits: (client: Pod, server: Pod) => boolean;
  /** Factor on the load. */
  readonly load?: number;
  /** Seconds after the start of the world; the world's onset if left out. */
  readonly from?: number;
  readonly to?: number;
}

export const into =
  (workload: string, part: (server: Pod) => boolean = () => true) =>
  (_: Pod, server: Pod): boolean =>
    server.workload === workload && part(server);

/** The effects of all active faults on a call, together. */
export function combined(faults: readonly Fault[], client: Pod, server: Pod): Required<Effect> {
  const sum = {
    fails: 0,
    refuses: 0,
    drops: 0,
    resets: 0,
    slower: 0,
    factor: 1,
    wait: 0,
    paused: 0,
    late: 0,
    repeats: 1,
    delay: 0,
    loss: 0,
  };
  for (const fault of faults) {
    if (!fault.hits(client, server)) continue;
    sum.fails = Math.max(sum.fails, fault.fails ?? 0);
    sum.refuses = Math.max(sum.refuses, fault.refuses ?? 0);
    sum.drops = Math.max(sum.drops, fault.drops ?? 0);
    sum.resets = Math.max(sum.resets, fault.resets ?? 0);
    sum.slower += fault.slower ?? 0;
    sum.factor *= fault.factor ?? 1;
    sum.wait += fault.wait ?? 0;
    sum.paused = Math.max(sum.paused, fault.paused ?? 0);
    sum.late = Math.max(sum.late, fault.late ?? 0);
    sum.repeats = Math.max(sum.repeats, fault.repeats ?? 1);
    sum.delay += fault.delay ?? 0;
    sum.loss = Math.max(sum.loss, fault.loss ?? 0);
  }
  return sum;
}
