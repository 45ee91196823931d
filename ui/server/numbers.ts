import { z } from '@hono/zod-openapi';
import type { EdgeCounts, Period } from '../../graph/index.ts';
import { type Histogram, histogramTotal, lowerBound, quantile } from '../../probe/index.ts';

const share = z.number().min(0).max(1).nullable();
const milliseconds = z.number().nullable();

/** An edge's counts as the numbers people compare. Rates are per second of the period, times in milliseconds. */
export const NumbersSchema = z
  .object({
    connections: z.int(),
    connectionsPerSecond: z.number(),
    requests: z.int(),
    requestsPerSecond: z.number(),
    failedRequests: z.int(),
    failureShare: share,
    failedConnections: z.int(),
    resets: z.int(),
    bytesSent: z.int(),
    bytesReceived: z.int(),
    segments: z.int(),
    retransmits: z.int(),
    retransmitShare: share,
    latencyMs: z.object({ p50: milliseconds, p95: milliseconds, p99: milliseconds }),
    roundTripMs: milliseconds,
    connectMs: milliseconds,
  })
  .openapi('Numbers');

export type Numbers = z.infer<typeof NumbersSchema>;

export function numbersOf(counts: EdgeCounts, period: Period): Numbers {
  const seconds = Math.max((period.to - period.from) / 1e6, 1e-6);
  return {
    connections: counts.opened,
    connectionsPerSecond: counts.opened / seconds,
    requests: counts.requests,
    requestsPerSecond: counts.requests / seconds,
    failedRequests: counts.failedRequests,
    failureShare: shareOf(counts.failedRequests, counts.requests),
    failedConnections: counts.refused + counts.timedOut + counts.unreachable,
    resets: counts.resetByClient + counts.resetByServer,
    bytesSent: counts.bytesSent,
    bytesReceived: counts.bytesReceived,
    segments: counts.segments,
    retransmits: counts.retransmits,
    retransmitShare: shareOf(counts.retransmits, counts.segments),
    latencyMs: {
      p50: millis(counts.latency, 0.5),
      p95: millis(counts.latency, 0.95),
      p99: millis(counts.latency, 0.99),
    },
    roundTripMs: millis(counts.rtt, 0.5),
    connectMs: millis(counts.connect, 0.5),
  };
}

/** Where the time of a mean request goes, milliseconds. `null` where the server's side was not seen. */
export const TimeSchema = z
  .object({ totalMs: milliseconds, networkMs: milliseconds, waitMs: milliseconds, serviceMs: milliseconds })
  .openapi('TimeSplit');

/** Means, since only means add up: what is neither waiting nor service is the way there and back. */
export function timeSplit(counts: EdgeCounts): z.infer<typeof TimeSchema> {
  const totalMs = mean(counts.latency);
  const waitMs = mean(counts.wait);
  const serviceMs = mean(counts.service);
  const measured = totalMs !== null && waitMs !== null && serviceMs !== null;
  return {
    totalMs,
    networkMs: measured ? Math.max(0, totalMs - waitMs - serviceMs) : null,
    waitMs,
    serviceMs,
  };
}

export function millis(histogram: Histogram, q: number): number | null {
  const micros = quantile(histogram, q);
  return micros === null ? null : micros / 1000;
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.min(1, part / whole);
}

function mean(histogram: Histogram): number | null {
  const count = histogramTotal(histogram);
  if (count === 0) return null;
  let sum = 0;
  histogram.buckets.forEach((bucket, index) => {
    sum += ((lowerBound(bucket) + lowerBound(bucket + 1)) / 2) * histogram.counts[index]!;
  });
  return sum / count / 1000;
}
