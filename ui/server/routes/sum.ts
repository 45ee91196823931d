import type { EdgeCounts } from '../../../graph/index.ts';
import { mergeHistograms } from '../../../probe/index.ts';

/** Exact sum of counts; of nothing, all zero. */
export function addCounts(all: readonly EdgeCounts[]): EdgeCounts {
  const sum = (of: (counts: EdgeCounts) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0);
  return {
    opened: sum((c) => c.opened),
    closed: sum((c) => c.closed),
    refused: sum((c) => c.refused),
    timedOut: sum((c) => c.timedOut),
    unreachable: sum((c) => c.unreachable),
    resetByClient: sum((c) => c.resetByClient),
    resetByServer: sum((c) => c.resetByServer),
    requests: sum((c) => c.requests),
    failedRequests: sum((c) => c.failedRequests),
    bytesSent: sum((c) => c.bytesSent),
    bytesReceived: sum((c) => c.bytesReceived),
    segments: sum((c) => c.segments),
    retransmits: sum((c) => c.retransmits),
    untimed: sum((c) => c.untimed),
    zeroWindows: sum((c) => c.zeroWindows),
    drops: sum((c) => c.drops),
    latency: mergeHistograms(...all.map((c) => c.latency)),
    wait: mergeHistograms(...all.map((c) => c.wait)),
    service: mergeHistograms(...all.map((c) => c.service)),
    rtt: mergeHistograms(...all.map((c) => c.rtt)),
    connect: mergeHistograms(...all.map((c) => c.connect)),
    network: mergeHistograms(...all.map((c) => c.network)),
  };
}
