import type { Cause } from './cause.ts';
import type { Cube, Located } from './localise/index.ts';
import { type MeasureName, SERVED } from './measure.ts';
import { spentAtServer } from './mechanism.ts';
import { excessLikelihood } from './statistics/tail.ts';
import { ENOUGH_EVENTS, OWN_CAUSE_NATS, PEEL_SHARE } from './thresholds.ts';

/** Two causes on different measures are one when this share of the weaker's excess lies in the traffic of the stronger. */
const SAME_CAUSE = 0.5;

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

/** Whether most of an excess lies in the traffic of another. */
export function within(outer: Located, { cube, candidate }: Located): boolean {
  const traffic = leafSet(outer.cube, outer.candidate.members);
  let [inside, whole] = [0, 0];
  for (const i of candidate.members) {
    const excess = Math.max(0, cube.bad[i]! - cube.expected[i]!);
    whole += excess;
    if (traffic.has(cube.leaves[i]!)) inside += excess;
  }
  return inside >= SAME_CAUSE * whole;
}

/** Causes in the order of precedence, each joined into an earlier one that covers most of its excess. */
export function joined(causes: readonly Cause[]): Cause[] {
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
