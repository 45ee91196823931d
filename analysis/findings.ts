import type { EdgeCounts, EdgeKey, NodeKey } from '../graph/index.ts';
import type { Cause } from './cause.ts';
import { sumCounts } from './counts.ts';
import type { Evidence } from './evidence.ts';
import { edgeId, edgeOf, nodeOf } from './keys.ts';
import { cubeOf, type Located, localise } from './localise/index.ts';
import { MEASURES, type Measure, type MeasureName, matters, SERVED, sampleOf } from './measure.ts';
import { type Inside, mechanismOf, splitOf } from './mechanism.ts';
import { joined, within } from './one-cause.ts';
import type { Ownership } from './originate.ts';
import { heldUp, ownService } from './place-time.ts';
import { ENOUGH_BAD, PEEL_SHARE } from './thresholds.ts';

const RETRANSMITS = MEASURES.find(({ name }) => name === 'retransmits')!;

/** Localises every measure that has an excess of its own on a relevant edge, and joins what is one cause. */
export function causesOf(evidence: Evidence, ownership: Ownership): Cause[] {
  const { relevant } = evidence.world.scope;
  const causes: Cause[] = [];
  for (const measure of MEASURES) {
    for (const located of locatedOn(measure, evidence, ownership, causes)) {
      const cause = causeOf(evidence, ownership, located);
      if (cause.edges.some((edge) => relevant.has(edgeId(edge)))) causes.push(cause);
    }
  }
  return joined(causes).sort((a, b) => b.located.candidate.likelihood - a.located.candidate.likelihood);
}

/**
 * Where one measure's excess lies. Lost segments make requests slow: once a loss is known, what is slow of it says nothing more, and
 * who else is slow is asked of the time that servers took.
 */
function locatedOn(
  measure: Measure,
  evidence: Evidence,
  ownership: Ownership,
  known: readonly Cause[],
): Located[] {
  const on = (one: Measure): Located[] => {
    const { edges, baselines, anomalies, world, changes, price } = evidence;
    const cube = cubeOf(one, edges, baselines, anomalies, ownership, world.scope.near);
    if (cube === null) return [];
    // When it began and that something is wrong the loss has said: what is chosen is the edge.
    return one === SERVED
      ? localise(cube, changes, edges.length, edges.length)
      : localise(cube, changes, price);
  };
  const found = on(measure);
  const lossy = known.filter(({ located }) => located.cube.measure.name === 'retransmits');
  if (measure.name !== 'latency' || lossy.length === 0 || !servesTold(evidence)) return found;
  const ofLoss = (located: Located): boolean => lossy.some((loss) => within(loss.located, located));
  // A place that loses segments and whose servers seem slow waits for what they call across it.
  const served = on(SERVED).filter((one) => one.candidate.comparable.kind !== 'place' || !ofLoss(one));
  return [...found.filter(ofLoss).map((located) => ({ ...located, ofLoss: true })), ...served];
}

/** Whether servers are seen, so that the time they take is known. */
function servesTold({ edges }: Evidence): boolean {
  return edges.some(({ now }) => now.service.counts.length > 0);
}

function causeOf(evidence: Evidence, ownership: Ownership, located: Located): Cause {
  const { candidate, cube } = located;
  const leaves = candidate.members.map((i) => cube.leaves[i]!);
  const edges = edgesInside(located);
  const now = sumCounts(leaves.map((leaf) => leaf.now));
  const own = sumCounts(leaves.map((leaf) => leaf.before));
  // What did not exist before is compared with the past of the edges it serves.
  const ids = new Set(leaves.map((leaf) => leaf.edgeId));
  const past = sumCounts(evidence.edges.filter(({ id }) => ids.has(id)).map((edge) => edge.before));
  const inside: Inside = {
    measure: cube.measure,
    now,
    before: own.requests > 0 ? own : past,
    ownService: ownService(evidence.edges, ownership, leaves),
    excessRate: (candidate.bad - candidate.expected) / candidate.total,
    rate: now.requests / seconds(evidence.period),
    usualRate: own.requests / seconds(evidence.baseline),
    lossy: raised(evidence, edges, 'retransmits') && losesMore(now, own.segments > 0 ? own : past),
    waiting: raised(evidence, edges, 'wait'),
    outside: edges.every(({ server }) => server.namespace === ''),
  };
  const told = { mechanism: mechanismOf(inside, splitOf(inside)), split: splitOf(inside) };
  const { mechanism, split } = heldUp(evidence, ownership, located, inside, told) ?? told;
  const known = Object.values(split).some((part) => part !== null) && cube.measure.kind === 'time';
  return {
    located,
    origin: originOf(located, edges),
    edges,
    now,
    before: inside.before,
    mechanism,
    split: known ? split : null,
    also: [],
  };
}

/** Whether more segments are lost in some traffic than before, by enough to matter. */
function losesMore(now: EdgeCounts, before: EdgeCounts): boolean {
  const [is, was] = [sampleOf(RETRANSMITS, now, 0), sampleOf(RETRANSMITS, before, 0)];
  return matters(RETRANSMITS, is, was.total > 0 ? was.bad / was.total : 0);
}

function raised({ anomalies }: Evidence, edges: readonly EdgeKey[], name: MeasureName): boolean {
  const ids = new Set(edges.map(edgeId));
  return anomalies.some(({ edge, baseline }) => baseline.measure.name === name && ids.has(edge.id));
}

/**
 * Edges that carry the excess inside a candidate, largest first. One with little of it is left out only where its traffic was
 * enough to show its part of it: what is hit whoever calls is not the doing of the caller who calls most.
 */
function edgesInside({ candidate, cube }: Located): EdgeKey[] {
  const byEdge = new Map<string, { edge: EdgeKey; excess: number; total: number }>();
  for (const i of candidate.members) {
    const { edge, edgeId: id } = cube.leaves[i]!;
    const entry = byEdge.get(id) ?? { edge: edgeOf(edge), excess: 0, total: 0 };
    entry.excess += cube.bad[i]! - cube.expected[i]!;
    entry.total += cube.total[i]!;
    byEdge.set(id, entry);
  }
  const rate = (candidate.bad - candidate.expected) / candidate.total;
  return [...byEdge.values()]
    .sort((a, b) => b.excess - a.excess)
    .filter(({ excess, total }, i) => {
      const usual = rate * total;
      return i === 0 || excess >= PEEL_SHARE * usual || usual < ENOUGH_BAD;
    })
    .map(({ edge }) => edge);
}

/** One edge where the excess sits on one; else the workload the edges share; of a place, its worst edge. */
function originOf({ candidate }: Located, edges: readonly EdgeKey[]): EdgeKey | NodeKey {
  const { comparable } = candidate;
  if (comparable.kind === 'place' || edges.length === 1) return edges[0]!;
  return nodeOf(comparable.workload);
}

function seconds({ from, to }: { readonly from: number; readonly to: number }): number {
  return Math.max(1, (to - from) / 1_000_000);
}
