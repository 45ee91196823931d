import type { NodeKey } from '../graph/index.ts';
import type { Anomaly } from './detect.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Cause } from './findings.ts';
import { edgeId, edgeOf, nodeId } from './keys.ts';
import { MEASURES } from './measure.ts';
import { onsetOf } from './period/index.ts';
import { reachable } from './state-change/index.ts';
import { timeOf } from './world.ts';

/** The workload a cause accuses, and everybody who waits for it. */
export function touchedBy(evidence: Evidence, { origin }: Cause): NodeKey[] {
  const accused = 'server' in origin ? origin.server : origin;
  return [accused, ...reachable(evidence.edges, accused, 'client')];
}

/** Anomalies of a cause: on edges into the workload it accuses, and into all that wait for it. */
export function anomaliesOf(evidence: Evidence, cause: Cause): Anomaly[] {
  const touched = new Set(touchedBy(evidence, cause).map(nodeId));
  const own = new Set(cause.edges.map(edgeId));
  return evidence.anomalies.filter(({ edge }) => own.has(edge.id) || touched.has(nodeId(edge.key.server)));
}

/**
 * What showed first, where and when: each anomaly's own onset, the earliest of them. Of several in one window the one of
 * the cause itself, and then the one nearer to the wire, since what callers see comes of it.
 */
export function firstSymptom(evidence: Evidence, cause: Cause): Finding['firstSymptom'] {
  const { world, period, baseline } = evidence;
  const series = new Map(world.edges.map((edge) => [edge.id, edge]));
  const own = new Set(cause.edges.map(edgeId));
  const order = new Map(MEASURES.map(({ name }, i) => [name, i]));
  const found = anomaliesOf(evidence, cause).flatMap(({ edge, baseline: { measure, threshold } }) => {
    const windows = series.get(edge.id);
    if (windows === undefined || threshold === null) return [];
    const at = timeOf(world, onsetOf(world, windows, measure, threshold, baseline, period));
    return [{ edge, measure, at, far: own.has(edge.id) ? 0 : 1 }];
  });
  found.sort(
    (a, b) => a.at - b.at || a.far - b.far || order.get(a.measure.name)! - order.get(b.measure.name)!,
  );
  const [first] = found;
  return first === undefined
    ? null
    : { edge: edgeOf(first.edge.key), signal: first.measure.signal, at: first.at };
}
