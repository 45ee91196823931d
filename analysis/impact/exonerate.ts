import type { NodeKey } from '../../graph/index.ts';
import type { Evidence } from '../evidence.ts';
import type { Report } from '../finding.ts';
import { groupBy } from '../group.ts';
import { nodeId, nodeOf } from '../keys.ts';
import { sampleOf } from '../measure.ts';
import type { Ownership } from '../originate.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';

/** Workloads below the service that were looked at and are innocent: victims of another, or never out of the usual. */
export function exonerated(
  evidence: Evidence,
  ownership: Ownership,
  origins: ReadonlySet<string>,
): Report['exonerated'] {
  const relevant = evidence.edges.filter(({ id }) => evidence.world.scope.relevant.has(id));
  const anomalous = new Set(evidence.anomalies.map(({ edge }) => edge.id));
  const rows: { readonly row: NodeKey & { because: string }; readonly victim: boolean }[] = [];
  for (const [id, inbound] of groupBy(relevant, ({ key }) => nodeId(key.server))) {
    if (origins.has(id)) continue;
    const node = nodeOf(inbound[0]!.key.server);
    const blamed = inbound.map((edge) => ownership.victims.get(edge.id)).find((who) => who !== undefined);
    if (blamed)
      rows.push({ row: { ...node, because: `its excess came from ${blamed.workload}` }, victim: true });
    else if (!inbound.some((edge) => anomalous.has(edge.id))) {
      const because = usual(
        evidence,
        inbound.map((edge) => edge.id),
      );
      if (because !== null) rows.push({ row: { ...node, because }, victim: false });
    }
  }
  return rows.sort((a, b) => Number(b.victim) - Number(a.victim)).map(({ row }) => row);
}

function usual(evidence: Evidence, ids: readonly string[]): string | null {
  const sum = (name: 'errors' | 'latency'): { bad: number; total: number } => {
    let [bad, total] = [0, 0];
    for (const edge of evidence.edges) {
      const baseline = evidence.baselines.get(edge.id)?.get(name);
      if (!ids.includes(edge.id) || !baseline || baseline.threshold === null) continue;
      const sample = sampleOf(baseline.measure, edge.now, baseline.threshold);
      bad += sample.bad;
      total += sample.total;
    }
    return { bad, total };
  };
  const [failed, slow] = [sum('errors'), sum('latency')];
  if (failed.total < ENOUGH_EVENTS) return null;
  const of = (n: number): string => n.toLocaleString('en-US');
  return `as usual: ${of(failed.bad)} of ${of(failed.total)} failed, ${of(slow.bad)} slow`;
}
