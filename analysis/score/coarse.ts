import { BUCKETS, bucketOf, type Histogram, lowerBound } from '../../probe/index.ts';
import { SLOW_QUANTILE, TIME_FACTOR, TIME_FLOOR_MICROS } from '../thresholds.ts';

/** Buckets of the histograms of the edge table that share one here: a quarter of an octave, interpolated. */
const WIDTH = 4;
/** Numbers in a histogram of the past. */
export const HISTOGRAM_SIZE = BUCKETS / WIDTH;

/** Natural logarithm of the middle of each bucket of the edge table, microseconds. */
export const LN_MIDDLE = Float64Array.from({ length: BUCKETS }, (_, bucket) =>
  Math.log(Math.max(1, (lowerBound(bucket) + lowerBound(bucket + 1)) / 2)),
);

/** Adds a histogram of the edge table to the one that begins at `start`. */
export function addTo(data: Float32Array, start: number, { buckets, counts }: Histogram): void {
  for (let i = 0; i < buckets.length; i++) data[start + Math.floor(buckets[i]! / WIDTH)]! += counts[i]!;
}

export function countIn(data: Float32Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < HISTOGRAM_SIZE; i++) sum += data[start + i]!;
  return sum;
}

/** Microseconds below which a share of the events lies; `null` of none. */
export function quantileIn(data: Float32Array, start: number, share: number): number | null {
  const target = share * countIn(data, start);
  if (!(target > 0)) return null;
  let below = 0;
  for (let i = 0; i < HISTOGRAM_SIZE; i++) {
    const inside = data[start + i]!;
    if (inside > 0 && below + inside >= target) {
      const low = lowerBound(i * WIDTH);
      return low + (lowerBound((i + 1) * WIDTH) - low) * ((target - below) / inside);
    }
    below += inside;
  }
  return lowerBound(BUCKETS);
}

/** The last bucket (of the edge table) that is not slow, as `slowAbove` of the analysis defines it; `null` of none. */
export function slowAboveIn(data: Float32Array, start: number): number | null {
  const micros = quantileIn(data, start, SLOW_QUANTILE);
  if (micros === null) return null;
  return Math.min(BUCKETS - 1, bucketOf(Math.max(micros * TIME_FACTOR, micros + TIME_FLOOR_MICROS)));
}

/** About how many events lie above a bucket of the edge table. */
export function countAboveIn(data: Float32Array, start: number, bucket: number): number {
  const split = Math.floor((bucket + 1) / WIDTH);
  let sum = 0;
  for (let i = split + 1; i < HISTOGRAM_SIZE; i++) sum += data[start + i]!;
  const part = 1 - ((bucket + 1) % WIDTH) / WIDTH;
  return sum + part * (data[start + split] ?? 0);
}
