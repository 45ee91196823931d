import { FALSE_REPORTS } from '../thresholds.ts';
import { quantile } from './quantile.ts';
import { tailOf } from './tail-shape.ts';

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

/**
 * The same where the tail may be heavier than exponential, as of medians over the few calls of a minute: the quantile of a
 * generalised Pareto tail. It needs many values: what it allows for a heavy tail it takes from the power to see a small fault.
 */
export function heavyReturnLevel(past: Float64Array, questions: number): number {
  const known = past.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return Number.POSITIVE_INFINITY;
  const begin = quantile(known, TAIL_QUANTILE);
  const excesses = known.filter((value) => value > begin).map((value) => value - begin);
  const largest = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (excesses.length === 0) return largest;
  const { scale, shape } = tailOf(excesses);
  /** How many excesses there are to one that is higher than the level. */
  const rarity = Math.max(1, (questions * excesses.length) / (FALSE_REPORTS * known.length));
  const rise = shape === 0 ? Math.log(rarity) : (rarity ** shape - 1) / shape;
  return Math.max(largest, begin + scale * rise);
}
