import { bucketOf, type Histogram } from '../histogram.ts';

/** A histogram that grows: it is one at any time, and given away without a copy. */
export interface Tally extends Histogram {
  readonly buckets: number[];
  readonly counts: number[];
}

/** Adds a duration (a negative one as 0) to `tally`, or to a new one, and returns that. */
export function addMicros(tally: Tally | null, micros: number): Tally {
  const bucket = bucketOf(micros);
  if (tally === null) return { buckets: [bucket], counts: [1] };
  const { buckets, counts } = tally;
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (buckets[middle]! < bucket) low = middle + 1;
    else high = middle;
  }
  if (buckets[low] === bucket) {
    counts[low]!++;
  } else {
    buckets.splice(low, 0, bucket);
    counts.splice(low, 0, 1);
  }
  return tally;
}
