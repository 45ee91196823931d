import type { EdgeCounts, EdgeKey, NodeKey } from '../graph/index.ts';
import { sumCounts } from './counts.ts';
import type { Evidence } from './evidence.ts';
import type { Mechanism, TimeSplit } from './finding.ts';
import { edgeId, edgeOf, nodeOf } from './keys.ts';
import { type Cube, cubeOf, type Located, localise } from './localise/index.ts';
import { MEASURES, type Measure, type MeasureName, matters, SERVED, sampleOf } from './measure.ts';
import { type Inside, mechanismOf, spentAtServer, splitOf } from './mechanism.ts';
import type { Ownership } from './originate.ts';
import { heldUp, ownService } from './place-time.ts';
import { excessLikelihood } from './statistics/tail.ts';
import { ENOUGH_BAD, ENOUGH_EVENTS, OWN_CAUSE_NATS, PEEL_SHARE } from './thresholds.ts';

/** A located cause with the edges it sits on and what it does. */
export interface Cause {
  readonly located: Located;
  readonly origin: EdgeKey | NodeKey;
  /** Edges with excess inside the domain, largest first. */
  readonly edges: readonly EdgeKey[];
  readonly now: EdgeCounts;
  readonly before: EdgeCounts;
  readonly mechanism: Mechanism;
  readonly split: TimeSplit | null;
  /** Causes on other measures that are this one. */
  readonly also: readonly Cause[];
}

/** Two causes on different measures are one when this share of the weaker's excess lies in the traffic of the stronger. */
const SAME_CAUSE = 0.5;

const RETRANSMITS = MEASURES.find(({ name }) => name === 'retransmits')!;

/** Which measure speaks for a cause that shows on several: what breaks first, from the wire up. */
const PRECEDENCE: readonly MeasureName[] = [
  'connect failures',
  'retransmits',
  'errors',
  'latency',
  'resets',
  'connect time',
  'rtt',
  'wait',
];

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

/** Whether most of an excess lies in the traffic of another. */
function within(outer: Located, { cube, candidate }: Located): boolean {
  const traffic = leafSet(outer.cube, outer.candidate.members);
  let [inside, whole] = [0, 0];
  for (const i of candidate.members) {
    const excess = Math.max(0, cube.bad[i]! - cube.expected[i]!);
    whole += excess;
    if (traffic.has(cube.leaves[i]!)) inside += excess;
  }
  return inside >= SAME_CAUSE * whole;
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

/** Causes in the order of precedence, each joined into an earlier one that covers most of its excess. */
function joined(causes: readonly Cause[]): Cause[] {
  const order = new Map(causes.map((cause) => [cause, precedence(cause, causes)]));
  const kept: { cause: Cause; also: Cause[] }[] = [];
  for (const cause of [...causes].sort((a, b) => order.get(a)! - order.get(b)!)) {
    const same = kept.find((earlier) => covers(earlier.cause, cause));
    if (same === undefined) kept.push({ cause, also: [] });
    else same.also.push(cause);
  }
  return kept.map(({ cause, also }) => ({ ...cause, also }));
}

function precedence(cause: Cause, causes: readonly Cause[]): number {
  const { located, split } = cause;
  const { name } = located.cube.measure;
  // Requests that are slow because the server computes are no matter of the network, whatever else shows there.
  if (name === 'latency' && !located.ofLoss && split !== null && spentAtServer(split))
    return PRECEDENCE.indexOf('retransmits') - 0.5;
  // Requests that fail because their connection is broken off are no answers with errors.
  const errors = causes.filter(
    (other) => other.located.cube.measure.name === 'errors' && covers(cause, other),
  );
  const failed = errors.reduce((sum, other) => sum + excess(other), 0);
  if (name === 'resets' && failed > 0 && excess(cause) >= SAME_CAUSE * failed)
    return PRECEDENCE.indexOf('errors') - 0.5;
  return PRECEDENCE.indexOf(name);
}

function excess({ located: { candidate } }: Cause): number {
  return candidate.bad - candidate.expected;
}

/**
 * Whether most of a later cause's excess lies in an earlier one's traffic, and what lies outside it is not enough to be a cause
 * by itself: then it would be another that only shares some of the ground.
 */
function covers(earlier: Cause, later: Cause): boolean {
  const traffic = leafSet(earlier.located.cube, earlier.located.candidate.members);
  const { cube, candidate } = later.located;
  // What a server takes long over is no matter of the network.
  const lossy = earlier.located.cube.measure.name === 'retransmits';
  if (lossy && cube.measure === SERVED) return false;
  if (lossy && later.located.ofLoss) return within(earlier.located, later.located);
  const outside = { bad: 0, total: 0, expected: 0 };
  let [inside, whole] = [0, 0];
  for (const i of candidate.members) {
    const excess = Math.max(0, cube.bad[i]! - cube.expected[i]!);
    whole += excess;
    if (traffic.has(cube.leaves[i]!)) {
      inside += excess;
      continue;
    }
    outside.bad += cube.bad[i]!;
    outside.total += cube.total[i]!;
    outside.expected += cube.expected[i]!;
  }
  if (whole <= 0 || inside < SAME_CAUSE * whole) return false;
  if (fineBeside(earlier, later)) return false;
  if (inside >= (1 - PEEL_SHARE) * whole) return true;
  const rest = excessLikelihood(outside.bad, outside.total, outside.expected) / cube.inflation;
  return rest < OWN_CAUSE_NATS;
}

/** Whether the rest of an earlier cause's traffic shows next to nothing of a later one: a cause shows in all that it hits. */
function fineBeside(earlier: Cause, later: Cause): boolean {
  const { cube, candidate } = later.located;
  const traffic = leafSet(earlier.located.cube, earlier.located.candidate.members);
  const hit = new Set(candidate.members);
  let [bad, total, expected] = [0, 0, 0];
  for (let i = 0; i < cube.leaves.length; i++) {
    if (hit.has(i) || !traffic.has(cube.leaves[i]!)) continue;
    bad += cube.bad[i]!;
    total += cube.total[i]!;
    expected += cube.expected[i]!;
  }
  const rate = (candidate.bad - candidate.expected) / candidate.total;
  return total >= ENOUGH_EVENTS && (bad - expected) / total <= PEEL_SHARE * rate;
}

function leafSet(cube: Cube, members: readonly number[]): Set<unknown> {
  return new Set(members.map((i) => cube.leaves[i]));
}

function seconds({ from, to }: { readonly from: number; readonly to: number }): number {
  return Math.max(1, (to - from) / 1_000_000);
}
