import { quantile } from '../statistics/quantile.ts';

/** Where the tail of a past begins. */
const TAIL_QUANTILE = 0.9;

/**
 * The chance of at least `value` in one more draw: its rank among the past, and beyond the largest of them an exponential tail with the
 * mean excess over their 90th percentile (peaks over threshold, Pickands 1975), but no lighter one than `leastScale`.
 */
export function exceedanceChance(past: Float64Array, value: number, leastScale: number): number {
  const largest = past.reduce((most, each) => Math.max(most, each), 0);
  const n = past.length + 1;
  if (value <= largest) return (1 + past.reduce((count, each) => count + Number(each >= value), 0)) / n;
  const begin = past.length === 0 ? 0 : quantile(past, TAIL_QUANTILE);
  let [excess, count] = [0, 0];
  for (const each of past) {
    if (each <= begin) continue;
    excess += each - begin;
    count++;
  }
  const scale = Math.max(leastScale, count === 0 ? 0 : excess / count);
  return Math.exp(-(value - largest) / scale) / n;
}
