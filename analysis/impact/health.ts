import type { NodeKey } from '../../graph/index.ts';
import { quantile } from '../../probe/index.ts';
import { sumCounts } from '../counts.ts';
import type { EdgeEvidence } from '../detect.ts';
import type { Report } from '../finding.ts';
import { nodeId } from '../keys.ts';

/** Edges by which a service is judged: those into it, or out of it where nobody is seen to call it. */
export function judgedBy(edges: readonly EdgeEvidence[], service: NodeKey): EdgeEvidence[] {
  const id = nodeId(service);
  const inbound = edges.filter(({ key }) => nodeId(key.server) === id);
  return inbound.length > 0 ? inbound : edges.filter(({ key }) => nodeId(key.client) === id);
}

export function healthOf(edges: readonly EdgeEvidence[]): Report['health'] {
  const now = sumCounts(edges.map((edge) => edge.now));
  const before = sumCounts(edges.map((edge) => edge.before));
  const at = (counts: typeof now, q: number): number | null => {
    const micros = quantile(counts.latency, q);
    return micros === null ? null : micros / 1000;
  };
  const failing = (counts: typeof now): number | null =>
    counts.requests > 0 ? counts.failedRequests / counts.requests : null;
  return {
    p50: at(now, 0.5),
    p99: at(now, 0.99),
    wasP50: at(before, 0.5),
    wasP99: at(before, 0.99),
    errorRate: failing(now),
    wasErrorRate: failing(before),
  };
}
