import { upperGamma } from '../statistics/special.ts';
import { FALSE_REPORTS } from '../thresholds.ts';
import type { Points } from './points.ts';

/**
 * At most this share of a callee's failures made its caller fail: P(caller fails | its call fails), from windows side by side.
 * Whatever else fails, a caller that hands failures on fails at least as often as that; so each run of windows in which it failed
 * less than its calls did bounds the share from above. The caller's count is taken at its upper limit (Poisson, corrected for
 * all runs) and with one window more, since an answer may come in the window after the call.
 *
 * @param calls failed calls beyond the usual
 * @param answers failed answers of the caller, all of them
 */
export function passedAtMost(calls: Points, answers: Points): number {
  const windows = calls.length;
  const chance = FALSE_REPORTS / Math.max(1, (windows * (windows + 1)) / 2);
  const limits = new Map<number, number>();
  let least = 1;
  for (let from = 0; from < windows; from++) {
    let failedCalls = 0;
    let failed = 0;
    for (let to = from; to < windows; to++) {
      failedCalls += calls[to]!;
      failed += answers[to]!;
      const late = failed + (answers[to + 1] ?? 0);
      // Nothing is gained where even the count itself bounds less.
      if (late >= least * failedCalls) continue;
      const limit = limits.get(late) ?? upperLimit(late, chance);
      limits.set(late, limit);
      least = Math.min(least, limit / failedCalls);
    }
  }
  return least;
}

/** The largest mean under which so few events are no rarer than `chance`. */
function upperLimit(events: number, chance: number): number {
  let [low, high] = [events, events + 1];
  while (upperGamma(events + 1, high) > chance) high *= 2;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (upperGamma(events + 1, middle) > chance) low = middle;
    else high = middle;
  }
  return high;
}

/** Halvings that leave less than a hundredth of an event of any count that fits a window. */
const STEPS = 40;
