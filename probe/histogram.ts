/**
 * Log-linear histogram of microseconds: 16 buckets to the octave, so a bucket is at most 6.25 % wide and an
 * interpolated quantile is within about 3 %. The kernel programs fill the same buckets (`bpf/histogram.h`), which
 * makes every histogram of faultline mergeable with every other by adding counts.
 */
export const SUB_BUCKETS = 16;
const SUB_BITS = 4;
/** 2^27 µs, a little over two minutes; longer values fall into the last bucket. */
export const OCTAVES = 23;
export const BUCKETS = SUB_BUCKETS * (OCTAVES + 1);

/** Sparse counts by bucket index, ascending, zeros left out. */
export interface Histogram {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

export const EMPTY: Histogram = Object.freeze({ buckets: Object.freeze([]), counts: Object.freeze([]) });

/** Bucket index of a duration in microseconds: exact below 16, then 16 per power of two. */
export function bucketOf(micros: number): number {
  const value = Math.min(Math.max(0, Math.floor(micros)), 2 ** 31 - 1);
  if (value < SUB_BUCKETS) return value;
  const exponent = 31 - Math.clz32(value);
  const octave = exponent - SUB_BITS + 1;
  if (octave > OCTAVES) return BUCKETS - 1;
  const sub = Math.floor(value / 2 ** (exponent - SUB_BITS)) - SUB_BUCKETS;
  return octave * SUB_BUCKETS + sub;
}

/** Lower bound of a bucket in microseconds (its upper bound is the lower bound of the next). */
export function lowerBound(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const octave = Math.floor(bucket / SUB_BUCKETS);
  return (SUB_BUCKETS + (bucket % SUB_BUCKETS)) * 2 ** (octave - 1);
}

export function total(histogram: Histogram): number {
  let sum = 0;
  for (const count of histogram.counts) sum += count;
  return sum;
}

/** One for each bucket, made when it is first needed: most connections have one request, so most histograms are these. */
const SINGLES: Histogram[] = [];

/** Histogram of one value in microseconds; the same object for all values of a bucket. */
export function histogramOfOne(micros: number): Histogram {
  const bucket = bucketOf(micros);
  SINGLES[bucket] ??= Object.freeze({ buckets: Object.freeze([bucket]), counts: Object.freeze([1]) });
  return SINGLES[bucket];
}

/** Histogram of raw values in microseconds. */
export function histogramOf(values: Iterable<number>): Histogram {
  const dense = new Map<number, number>();
  for (const value of values) {
    const bucket = bucketOf(value);
    dense.set(bucket, (dense.get(bucket) ?? 0) + 1);
  }
  return fromEntries(dense);
}

export function fromEntries(entries: Iterable<readonly [bucket: number, count: number]>): Histogram {
  const sorted = [...entries].filter(([, count]) => count > 0).sort((a, b) => a[0] - b[0]);
  if (sorted.length === 0) return EMPTY;
  return { buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, count]) => count) };
}

/** Exact sum of histograms. */
export function merge(...histograms: readonly Histogram[]): Histogram {
  const filled = histograms.filter((histogram) => histogram.buckets.length > 0);
  if (filled.length <= 1) return filled[0] ?? EMPTY;
  const dense = new Map<number, number>();
  for (const { buckets, counts } of filled) {
    for (let i = 0; i < buckets.length; i++) {
      dense.set(buckets[i]!, (dense.get(buckets[i]!) ?? 0) + counts[i]!);
    }
  }
  return fromEntries(dense);
}

/** Quantile in microseconds, linear inside its bucket; `null` of an empty histogram. */
export function quantile(histogram: Histogram, q: number): number | null {
  const count = total(histogram);
  if (count === 0) return null;
  const target = Math.min(Math.max(q, 0), 1) * count;
  let below = 0;
  for (let i = 0; i < histogram.buckets.length; i++) {
    const inside = histogram.counts[i]!;
    if (below + inside >= target) {
      const bucket = histogram.buckets[i]!;
      const low = lowerBound(bucket);
      return low + (lowerBound(bucket + 1) - low) * ((target - below) / inside);
    }
    below += inside;
  }
  return lowerBound(histogram.buckets[histogram.buckets.length - 1]! + 1);
}

/** How many values lie above a bucket's upper edge. */
export function countAbove(histogram: Histogram, bucket: number): number {
  let sum = 0;
  for (let i = 0; i < histogram.buckets.length; i++) {
    if (histogram.buckets[i]! > bucket) sum += histogram.counts[i]!;
  }
  return sum;
}

/** What `whole` has more than `part`; `part` must be contained in it. */
export function subtract(whole: Histogram, part: Histogram): Histogram {
  if (part.buckets.length === 0) return whole;
  if (part === whole) return EMPTY;
  const dense = new Map(whole.buckets.map((bucket, i) => [bucket, whole.counts[i]!]));
  for (let i = 0; i < part.buckets.length; i++) {
    dense.set(part.buckets[i]!, (dense.get(part.buckets[i]!) ?? 0) - part.counts[i]!);
  }
  return fromEntries(dense);
}
