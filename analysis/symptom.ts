import type { NodeKey } from '../graph/index.ts';
import type { Cause } from './cause.ts';
import type { Anomaly } from './detect.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { edgeId, edgeOf, nodeId, nodeOf } from './keys.ts';
import { MEASURES } from './measure.ts';
import { onsetOf } from './period/index.ts';
import { reachable } from './state-change/index.ts';
import { timeOf } from './world.ts';

/** The workloads a cause hits first, and everybody who waits for them, in this order. */
export function touchedBy(evidence: Evidence, cause: Cause): NodeKey[] {
  const first = hitFirst(cause);
  const all = new Map(first.map((node) => [nodeId(node), node]));
  for (const node of first)
    for (const caller of reachable(evidence.edges, node, 'client')) all.set(nodeId(caller), caller);
  return [...all.values()];
}

/** The accused workload; of a place or a path, everything that answers across it. */
function hitFirst({ origin, located: { cube, candidate } }: Cause): NodeKey[] {
  if (candidate.comparable.kind !== 'place') return ['server' in origin ? origin.server : origin];
  const servers = candidate.members.map((i) => cube.leaves[i]!.edge.server);
  return [...new Map(servers.map((node) => [nodeId(node), nodeOf(node)])).values()];
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
