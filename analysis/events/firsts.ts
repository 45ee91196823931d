import { ENOUGH_EVENTS } from '../thresholds.ts';
import { type Bins, watchedIn } from './bins.ts';
import { firstChance } from './silence.ts';
import type { Met } from './tracks.ts';

/** Something met in the period and never in the history. */
export interface First<T> {
  readonly item: T;
  readonly bin: number;
  /** Bins in which it was met, bins watched since it first was, and bins of the history in which it could have been. */
  readonly active: number;
  readonly since: number;
  readonly silent: number;
  readonly p: number;
}

export interface Firsts<T> {
  readonly firsts: readonly First<T>[];
  /**
   * Everything that might have been missed in the history: met in the period, and in fewer than `ENOUGH_EVENTS` bins before. What was met
   * more often is no question.
   */
  readonly questions: number;
}

/**
 * What is met for the first time. Rare things come in bursts: their bins are counted in units of the usual burst of such things in
 * this history.
 *
 * @param silentOf bins of the history in which an item could have been met; all that were watched, if left out
 */
export function firstsOf<T extends Met>(
  items: readonly T[],
  bins: Bins,
  silentOf: (item: T) => number = () => watchedIn(bins, 0, bins.past),
): Firsts<T> {
  const rare = items.filter(({ bins: met }) => before(met, bins.past) < ENOUGH_EVENTS);
  const burst = usualBurst(rare, bins);
  const recent = watchedIn(bins, bins.past, bins.all);
  const atRisk = rare.filter(({ bins: met }) => (met.at(-1) ?? -1) >= bins.past);
  const firsts = atRisk
    .filter(({ bins: met }) => met[0]! >= bins.past)
    .map((item): First<T> => {
      const active = item.bins.length;
      const silent = silentOf(item);
      return {
        item,
        bin: item.bins[0]!,
        active,
        since: Math.max(active, watchedIn(bins, item.bins[0]!, bins.all)),
        silent,
        p: firstChance(Math.max(1, Math.floor(active / burst)), Math.max(1, recent), silent),
      };
    });
  return { firsts, questions: atRisk.length };
}

function before(met: readonly number[], past: number): number {
  const end = met.findIndex((bin) => bin >= past);
  return end < 0 ? met.length : end;
}

/** Mean length, in bins, of the runs of rare things that ended in the history; 1 where there are none. */
function usualBurst(rare: readonly Met[], { past }: Bins): number {
  let [runs, active] = [0, 0];
  for (const { bins } of rare) {
    let begin = 0;
    for (const [at, bin] of bins.entries()) {
      if (bin >= past - 1) break;
      if (bins[at + 1] === bin + 1) continue;
      runs++;
      active += at + 1 - begin;
      begin = at + 1;
    }
  }
  return runs === 0 ? 1 : active / runs;
}
