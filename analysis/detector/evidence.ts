import { quantileOf } from './robust.ts';

/** The tail beyond this quantile of the past is extrapolated, by exceedances over a threshold as usual in extreme values. */
const TAIL_FROM = 0.99;
/**
 * Mean excess over that quantile, in its units, of the size of a normal variable. A lighter tail is not believed: events that are all of
 * one size would make the least difference between two of them overwhelming.
 */
const NORMAL_TAIL = 0.12;
/** Evidence is bounded, e^-60 being past all belief; sums stay finite. */
const MOST = 60;

/**
 * How little a size fits the past: -ln P(at least that), from the sizes of the past and, beyond their 99th percentile, an
 * exponential tail with their mean excess.
 *
 * @param past sizes (0 or more) of quiet points
 */
export function evidenceAgainst(past: Float64Array): (size: number) => number {
  const ascending = Float64Array.from(past).sort();
  const n = ascending.length;
  const threshold = quantileOf(ascending, TAIL_FROM);
  const excess = meanExcess(ascending, threshold);
  const start = -Math.log(1 - TAIL_FROM);
  return (size) => {
    if (size > threshold) return Math.min(MOST, start + (size - threshold) / excess);
    return Math.min(start, -Math.log((n - below(ascending, size) + 1) / (n + 1)));
  };
}

function meanExcess(ascending: Float64Array, threshold: number): number {
  const beyond = ascending.subarray(below(ascending, threshold)).map((size) => size - threshold);
  const total = beyond.reduce((sum, excess) => sum + excess, 0);
  const count = beyond.reduce((sum, excess) => sum + (excess > 0 ? 1 : 0), 0);
  return Math.max(count > 0 ? total / count : 0, NORMAL_TAIL * threshold) || 1;
}

/** How many are smaller. */
function below(ascending: Float64Array, size: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < size) low = middle + 1;
    else high = middle;
  }
  return low;
}
