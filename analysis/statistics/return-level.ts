import { FALSE_REPORTS } from '../thresholds.ts';
import { quantile } from './quantile.ts';

/** Where the tail of a past begins: enough values to tell its scale, few enough to be a tail. */
const TAIL_QUANTILE = 0.9;

/**
 * The value that none of `questions` new draws exceeds, but for a share of `FALSE_REPORTS`: the largest of the past is its 1/n
 * quantile, and beyond it the tail falls exponentially with its own mean excess (peaks over threshold, Pickands 1975).
 * Starting at the largest keeps a past with a heavy tail from being taken for a light one. `Infinity` without a past.
 */
export function returnLevel(past: Float64Array, questions: number): number {
  const known = past.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return Number.POSITIVE_INFINITY;
  const begin = quantile(known, TAIL_QUANTILE);
  let [largest, excess, count] = [Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of known) {
    largest = Math.max(largest, value);
    if (value <= begin) continue;
    excess += value - begin;
    count++;
  }
  const scale = count === 0 ? 0 : excess / count;
  return largest + scale * Math.max(0, Math.log(questions / (FALSE_REPORTS * known.length)));
}
