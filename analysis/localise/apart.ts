import { excessLikelihood } from '../statistics/tail.ts';
import {
  ENOUGH_BAD,
  ENOUGH_EVENTS,
  EXPLAINS_FLOOR,
  OWN_CAUSE_NATS,
  PART_CONTRAST,
  PEEL_SHARE,
} from '../thresholds.ts';
import type { Candidate } from './candidate.ts';
import type { Cube } from './cube.ts';

/** The best of a scope. */
export interface Top {
  readonly scope: readonly Candidate[];
  readonly candidate: Candidate;
  /** Score of it and the one beside it, where both together are an explanation. */
  readonly joint?: number;
}

/** Scopes whose best are tried as parts of a larger set: their pairs grow with the square. */
const PARTS = 12;

/**
 * The likeliest over all scopes first; unless it is the sum of two others that explain more than it does: then the larger of those
 * comes first, and the other is the next cause.
 */
export function inOrder(cube: Cube, tops: readonly Top[]): readonly Top[] {
  const sorted = [...tops].sort((a, b) => b.candidate.score - a.candidate.score);
  const [best, ...others] = sorted;
  if (best === undefined) return [];
  const parts = others.filter(({ candidate }) => !oneEdge(candidate));
  const found = parted(cube, best.candidate, parts.slice(0, PARTS));
  return found === null
    ? sorted
    : [found, ...sorted.filter(({ candidate }) => candidate !== found.candidate)];
}

/** All that one asks of another is a part of what either does, and two of these are no causes beside each other. */
function oneEdge({ comparable, tags, length }: Candidate): boolean {
  if (comparable.kind === 'place' || length > 0) return false;
  return comparable.caller !== undefined || tags.length > 0;
}

/** The larger of two that are likelier together than a set that is but their sum. */
function parted(cube: Cube, whole: Candidate, others: readonly Top[]): Top | null {
  const beside = Math.max(0, ...others.map(({ candidate }) => apart(cube, candidate, whole)));
  let found: (Top & { readonly joint: number }) | null = null;
  for (const [i, one] of others.entries()) {
    for (const { candidate: other } of others.slice(i + 1)) {
      const second = apart(cube, other, one.candidate);
      const joint = one.candidate.score + second;
      if (second <= 0 || joint <= Math.max(whole.score, found?.joint ?? 0)) continue;
      if (!bothIn(cube, whole, one.candidate, other)) continue;
      const parts = [one.candidate, other];
      // Where a set has nothing beside its parts they must reach beyond it, and are held against it and the best beside it.
      if (fineBeside(cube, whole, parts) ?? (beyond(cube, whole, parts) && joint > whole.score + beside))
        found = { ...one, joint };
    }
  }
  return found;
}

/** Score of what a candidate has beside another. */
function apart(cube: Cube, one: Candidate, taken: Candidate): number {
  const price = one.likelihood - one.score;
  const rest = without(cube, one.members, [taken]);
  return excessLikelihood(rest.bad, rest.total, rest.expected) / cube.inflation - price;
}

/** Whether each of two parts holds as much of a set's excess as a further cause must have, or most of what the other leaves of it. */
function bothIn(cube: Cube, whole: Candidate, one: Candidate, other: Candidate): boolean {
  const excess = whole.bad - whole.expected;
  return [
    [one, other],
    [other, one],
  ].every(([part, rest]) => {
    const left = without(cube, whole.members, [rest!]);
    const inside = new Set(part!.members);
    const common = without(
      cube,
      whole.members.filter((i) => inside.has(i)),
      [rest!],
    );
    const least = Math.min(PEEL_SHARE * excess, EXPLAINS_FLOOR * (left.bad - left.expected));
    return common.bad - common.expected >= Math.max(ENOUGH_BAD, least);
  });
}

/** Whether what a set holds beside its parts is not as bad as the set; `null` where that is too little to judge. */
function fineBeside(cube: Cube, whole: Candidate, parts: readonly Candidate[]): boolean | null {
  const rest = without(cube, whole.members, parts);
  if (rest.total < ENOUGH_EVENTS) return null;
  return rest.bad / rest.total <= whole.bad / whole.total / PART_CONTRAST;
}

/** Whether parts of a set explain enough outside it to be a cause. */
function beyond(cube: Cube, whole: Candidate, parts: readonly Candidate[]): boolean {
  const all = [...new Set(parts.flatMap(({ members }) => members))];
  const { bad, total, expected } = without(cube, all, [whole]);
  return excessLikelihood(bad, total, expected) / cube.inflation >= OWN_CAUSE_NATS;
}

function without(cube: Cube, members: readonly number[], taken: readonly Candidate[]) {
  const inside = new Set(taken.flatMap((candidate) => candidate.members));
  const sum = { bad: 0, total: 0, expected: 0 };
  for (const i of members) {
    if (inside.has(i)) continue;
    sum.bad += cube.bad[i]!;
    sum.total += cube.total[i]!;
    sum.expected += cube.expected[i]!;
  }
  return sum;
}
