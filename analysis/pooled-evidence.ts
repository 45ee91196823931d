import type { Evidence } from './evidence.ts';
import { causesOf } from './findings.ts';
import { originate } from './originate.ts';
import { passedOn } from './passed-on.ts';
import { pooledAnomalies } from './pooled.ts';

/**
 * Evidence in which no edge by itself leads to a cause, with the edges that stand out together: they count if a place explains
 * them; else there is nothing that holds them together, and the evidence stays as it was.
 */
export function withPlaces(evidence: Evidence): Evidence {
  const { world, edges, baselines, anomalies, price } = evidence;
  const relevant = world.scope.relevant;
  const pooled = pooledAnomalies(edges, baselines, price);
  if (!pooled.some(({ edge }) => relevant.has(edge.id))) return evidence;
  const known = new Set(anomalies.map(({ edge, baseline }) => `${baseline.measure.name} ${edge.id}`));
  const added = pooled.filter(({ edge, baseline }) => !known.has(`${baseline.measure.name} ${edge.id}`));
  const all = { ...evidence, anomalies: [...anomalies, ...added].sort((a, b) => a.p - b.p) };
  const causes = causesOf(all, originate(edges, all.anomalies, baselines, passedOn(all)));
  return causes.some(({ located }) => located.candidate.comparable.kind === 'place') ? all : evidence;
}
