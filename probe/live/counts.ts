import { subtract } from '../histogram.ts';
import { type Latencies, NO_LATENCIES } from './latencies.ts';
import { record, STATUSES } from './layout.ts';

/** Everything of a socket that only grows, since it was opened. */
export interface Counts extends Latencies {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  readonly retransmits: number;
  readonly zeroWindows: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly statuses: readonly (readonly [status: number, count: number])[];
}

export const NO_COUNTS: Counts = {
  bytesSent: 0,
  bytesReceived: 0,
  segmentsSent: 0,
  segmentsReceived: 0,
  retransmits: 0,
  zeroWindows: 0,
  requests: 0,
  failedRequests: 0,
  statuses: [],
  ...NO_LATENCIES,
};

export function readCounts(view: DataView, base: number, latencies: Latencies): Counts {
  return {
    bytesSent: record.bytesSent(view, base),
    bytesReceived: record.bytesReceived(view, base),
    segmentsSent: record.segmentsSent(view, base),
    segmentsReceived: record.segmentsReceived(view, base),
    retransmits: record.retransmits(view, base),
    zeroWindows: record.zeroWindows(view, base),
    requests: record.requests(view, base),
    failedRequests: record.failed(view, base),
    statuses: readStatuses(view, base),
    latency: latencies.latency,
    wait: latencies.wait,
    service: latencies.service,
  };
}

/** Whether a record shows anything that `counts` do not: much cheaper than reading it. */
export function hasChanged(view: DataView, base: number, counts: Counts): boolean {
  return (
    record.segmentsReceived(view, base) !== counts.segmentsReceived ||
    record.segmentsSent(view, base) !== counts.segmentsSent ||
    record.requests(view, base) !== counts.requests ||
    record.failed(view, base) !== counts.failedRequests ||
    record.bytesSent(view, base) !== counts.bytesSent ||
    record.bytesReceived(view, base) !== counts.bytesReceived ||
    record.retransmits(view, base) !== counts.retransmits ||
    record.zeroWindows(view, base) !== counts.zeroWindows
  );
}

/** What has been added since `before`. Segments and retransmissions are 32-bit in the kernel and may wrap. */
export function increments(now: Counts, before: Counts): Counts {
  if (before === NO_COUNTS) return now;
  return {
    bytesSent: Math.max(0, now.bytesSent - before.bytesSent),
    bytesReceived: Math.max(0, now.bytesReceived - before.bytesReceived),
    segmentsSent: (now.segmentsSent - before.segmentsSent) >>> 0,
    segmentsReceived: (now.segmentsReceived - before.segmentsReceived) >>> 0,
    retransmits: (now.retransmits - before.retransmits) >>> 0,
    zeroWindows: (now.zeroWindows - before.zeroWindows) >>> 0,
    requests: (now.requests - before.requests) >>> 0,
    failedRequests: (now.failedRequests - before.failedRequests) >>> 0,
    statuses: moreStatuses(now.statuses, before.statuses),
    latency: subtract(now.latency, before.latency),
    wait: subtract(now.wait, before.wait),
    service: subtract(now.service, before.service),
  };
}

function readStatuses(view: DataView, base: number): Counts['statuses'] {
  if (record.failed(view, base) === 0) return NO_COUNTS.statuses;
  return Array.from(
    { length: STATUSES },
    (_, slot) => [record.status(view, base, slot), record.statusCount(view, base, slot)] as const,
  )
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => a - b);
}

function moreStatuses(now: Counts['statuses'], before: Counts['statuses']): Counts['statuses'] {
  return now
    .map(
      ([status, count]) => [status, count - (before.find(([known]) => known === status)?.[1] ?? 0)] as const,
    )
    .filter(([, count]) => count > 0);
}
