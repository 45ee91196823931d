import type { Anomaly } from './detect.ts';
import type { Evidence } from './evidence.ts';
import { causesOf } from './findings.ts';
import { originate } from './originate.ts';
import { passedOn } from './passed-on.ts';
import { pooledAnomalies } from './pooled.ts';
import { serverAnomalies } from './pooled-servers.ts';

/**
 * Evidence in which no edge by itself leads to a cause, with the edges that stand out together: those into one workload; if none
 * do, those of a place. They count if that explains them; else nothing holds them together, and the evidence stays as it was.
 */
export function pooled(evidence: Evidence): Evidence {
  const { edges, baselines, price } = evidence;
  return (
    joined(evidence, serverAnomalies(edges, baselines, price), 'server') ??
    joined(evidence, pooledAnomalies(edges, baselines, price), 'place') ??
    evidence
  );
}

/** Evidence with what workloads do to all their callers together, beside what single edges show. */
export function withServers(evidence: Evidence): Evidence {
  const { edges, baselines, price } = evidence;
  return joined(evidence, serverAnomalies(edges, baselines, price), 'server') ?? evidence;
}

function joined(evidence: Evidence, together: readonly Anomaly[], kind: 'server' | 'place'): Evidence | null {
  const { world, edges, baselines, anomalies } = evidence;
  if (!together.some(({ edge }) => world.scope.relevant.has(edge.id))) return null;
  const known = new Set(anomalies.map(({ edge, baseline }) => `${baseline.measure.name} ${edge.id}`));
  const added = together.filter(({ edge, baseline }) => !known.has(`${baseline.measure.name} ${edge.id}`));
  const all = { ...evidence, anomalies: [...anomalies, ...added].sort((a, b) => a.p - b.p) };
  const causes = causesOf(all, originate(edges, all.anomalies, baselines, passedOn(all)));
  return causes.some(({ located }) => located.candidate.comparable.kind === kind) ? all : null;
}

/** What stands out together though no edge of it does: of workloads, then of places. */
export function thinnest(
  edges: Evidence['edges'],
  baselines: Evidence['baselines'],
  price: number,
): readonly Anomaly[] {
  const servers = serverAnomalies(edges, baselines, price);
  return servers.length > 0 ? servers : pooledAnomalies(edges, baselines, price);
}
