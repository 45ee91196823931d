import type { NodeKey } from '../../graph/index.ts';
import type { Evidence } from '../evidence.ts';
import type { Report } from '../finding.ts';
import { nodeId, nodeOf } from '../keys.ts';
import { sampleOf } from '../measure.ts';

/** Fewer hit requests than this are not worth a line. */
const SHARE_SHOWN = 0.005;

/**
 * How much of each workload's requests is bad now beyond its baseline, for the workloads whose inbound edges are
 * anomalous; callers that nobody calls (users, cron jobs) are measured by what they ask.
 */
export function blastRadius(evidence: Evidence, origins: ReadonlySet<string>): Report['blastRadius'] {
  const called = new Set(evidence.edges.map(({ key }) => nodeId(key.server)));
  const hit = new Map<string, { node: NodeKey; side: 'client' | 'server' }>();
  for (const { edge } of evidence.anomalies) {
    const { client, server } = edge.key;
    hit.set(nodeId(server), { node: server, side: 'server' });
    if (!called.has(nodeId(client))) hit.set(nodeId(client), { node: client, side: 'client' });
  }
  const rows = [...hit].flatMap(([id, { node, side }]) => {
    const share = badShare(evidence, id, side);
    return origins.has(id) || share < SHARE_SHOWN ? [] : [{ ...nodeOf(node), share }];
  });
  return rows.sort((a, b) => b.share - a.share);
}

/** Largest share over errors and latency: a request that is slow and fails is hit once. */
function badShare(evidence: Evidence, id: string, side: 'client' | 'server'): number {
  let worst = 0;
  for (const name of ['errors', 'latency', 'connect failures'] as const) {
    let [excess, total] = [0, 0];
    for (const edge of evidence.edges) {
      const baseline = evidence.baselines.get(edge.id)?.get(name);
      if (nodeId(edge.key[side]) !== id || !baseline || baseline.threshold === null) continue;
      const sample = sampleOf(baseline.measure, edge.now, baseline.threshold);
      total += sample.total;
      const anomalous = evidence.anomalies.some((a) => a.edge.id === edge.id && a.baseline === baseline);
      if (anomalous) excess += Math.max(0, sample.bad - sample.total * baseline.belief.mean);
    }
    if (total > 0) worst = Math.max(worst, excess / total);
  }
  return Math.min(1, worst);
}
