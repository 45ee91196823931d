import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../load/process.ts';
import { quantileOf, type Spread, spreadOf } from '../load/statistics.ts';
import type { Mode, Service } from './service.ts';
import type { Watcher } from './watcher.ts';

/** One run of the load without the watcher and one with it, next to each other. */
export interface Pair {
  readonly off: number;
  readonly on: number;
  /** Connections the watcher saw of each that was made. */
  readonly seenShare: number;
  /** Cores the watcher's own process took. */
  readonly cores: number;
}

/** What the pairs of one watcher say. */
export interface Cost {
  /** Requests a second with it for each without; the median of the pairs, and where their middle half lies. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly perSecond: { readonly off: number; readonly on: number };
  readonly seenShare: number;
  readonly cores: number;
}

/** What was done before still runs out: connections end, a detached program is waited for. */
const PAUSE_MILLIS = 200;

export async function onePair(
  {
    service,
    netns,
    seconds,
  }: { readonly service: Service; readonly netns: string; readonly seconds: number },
  mode: Mode,
  watcher: Watcher,
  offFirst: boolean,
): Promise<Pair> {
  const without = async () => {
    await sleep(PAUSE_MILLIS);
    return service.load(mode, seconds);
  };
  const before = offFirst ? await without() : null;
  const watching = await watcher.start(netns);
  await sleep(PAUSE_MILLIS);
  const cpu = watching.pid === null ? 0 : cpuSeconds(watching.pid);
  const began = performance.now();
  const on = await service.load(mode, seconds);
  const took = (performance.now() - began) / 1000;
  const cores = watching.pid === null ? Number.NaN : (cpuSeconds(watching.pid) - cpu) / took;
  const seen = await watching.stop();
  const off = before ?? (await without());
  return { off: off.perSecond, on: on.perSecond, seenShare: seen / on.connections, cores };
}

export function costOf(pairs: readonly Pair[]): Cost {
  const middle = (pick: (pair: Pair) => number) => quantileOf(pairs.map(pick), 0.5);
  const ratio: Spread = spreadOf(pairs.map(({ on, off }) => on / off));
  return {
    ratio: ratio.median,
    low: ratio.low,
    high: ratio.high,
    perSecond: { off: Math.round(middle(({ off }) => off)), on: Math.round(middle(({ on }) => on)) },
    seenShare: middle(({ seenShare }) => seenShare),
    cores: middle(({ cores }) => cores),
  };
}
