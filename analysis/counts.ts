import type { EdgeCounts } from '../graph/index.ts';
import { BUCKETS, EMPTY_HISTOGRAM, type Histogram, lowerBound, mergeHistograms } from '../probe/index.ts';

export const NOTHING: EdgeCounts = Object.freeze({
  opened: 0,
  closed: 0,
  refused: 0,
  timedOut: 0,
  unreachable: 0,
  resetByClient: 0,
  resetByServer: 0,
  requests: 0,
  failedRequests: 0,
  bytesSent: 0,
  bytesReceived: 0,
  segments: 0,
  retransmits: 0,
  untimed: 0,
  zeroWindows: 0,
  drops: 0,
  latency: EMPTY_HISTOGRAM,
  wait: EMPTY_HISTOGRAM,
  service: EMPTY_HISTOGRAM,
  rtt: EMPTY_HISTOGRAM,
  connect: EMPTY_HISTOGRAM,
  network: EMPTY_HISTOGRAM,
});

const SUMS = [
  'opened',
  'closed',
  'refused',
  'timedOut',
  'unreachable',
  'resetByClient',
  'resetByServer',
  'requests',
  'failedRequests',
  'bytesSent',
  'bytesReceived',
  'segments',
  'retransmits',
  'untimed',
  'zeroWindows',
  'drops',
] as const satisfies readonly (keyof EdgeCounts)[];

export const TIMES = ['latency', 'wait', 'service', 'rtt', 'connect', 'network'] as const;
export type TimeName = (typeof TIMES)[number];

/** Exact sum of counts. */
export function sumCounts(parts: readonly EdgeCounts[]): EdgeCounts {
  if (parts.length <= 1) return parts[0] ?? NOTHING;
  const sum: { -readonly [K in keyof EdgeCounts]: EdgeCounts[K] } = { ...NOTHING };
  for (const part of parts) for (const name of SUMS) sum[name] += part[name];
  for (const name of TIMES) sum[name] = mergeTimes(parts, name);
  return sum;
}

/** A dense array is the faster way from this many histograms on. */
const DENSE_FROM = 4;

/** Exact sum of one histogram over many counts. */
export function mergeTimes(parts: readonly EdgeCounts[], name: TimeName): Histogram {
  if (parts.length < DENSE_FROM) return mergeHistograms(...parts.map((part) => part[name]));
  const dense = new Float64Array(BUCKETS);
  for (const part of parts) {
    const { buckets, counts } = part[name];
    for (let i = 0; i < buckets.length; i++) dense[buckets[i]!]! += counts[i]!;
  }
  const merged: { buckets: number[]; counts: number[] } = { buckets: [], counts: [] };
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (dense[bucket] === 0) continue;
    merged.buckets.push(bucket);
    merged.counts.push(dense[bucket]!);
  }
  return merged;
}

/** Connections somebody tried to open. */
export function attempts(counts: EdgeCounts): number {
  return counts.opened + counts.refused + counts.timedOut + counts.unreachable;
}

const MIDDLES = Float64Array.from(
  { length: BUCKETS },
  (_, bucket) => (lowerBound(bucket) + lowerBound(bucket + 1)) / 2,
);

/** Mean in microseconds, from the middles of the buckets; 0 of an empty histogram. */
export function mean({ buckets, counts }: Histogram): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < buckets.length; i++) {
    sum += counts[i]! * MIDDLES[buckets[i]!]!;
    count += counts[i]!;
  }
  return count > 0 ? sum / count : 0;
}
