import type { NodeKey } from '../../graph/index.ts';
import type { DomainTag } from '../finding.ts';
import { excessLikelihood } from '../statistics/tail.ts';
import type { Cube } from './cube.ts';

/** Which ends must be at the place: both kinds of ends have a tag; a link or a place may matter for either. */
export type Ends = 'as said' | 'either' | 'border';

/** Traffic a candidate is told apart from: what goes into or out of one workload, from one caller only, or everything. */
export type Comparable =
  | { readonly kind: 'server' | 'client'; readonly workload: NodeKey; readonly caller?: NodeKey }
  | { readonly kind: 'place' };

/** A set of leaves that has a name. */
export interface Candidate {
  readonly comparable: Comparable;
  readonly tags: readonly DomainTag[];
  readonly ends: Ends;
  /** Tags its name has beside the workloads at its ends. */
  readonly length: number;
  /** Indices into the cube, ascending, only leaves with traffic. */
  readonly members: readonly number[];
  readonly total: number;
  readonly bad: number;
  readonly expected: number;
  /** Log-likelihood ratio against the expectation, divided by the inflation of the counts. */
  readonly likelihood: number;
  /** Likelihood less the price of having chosen it among its kind. */
  readonly score: number;
}

export function candidate(
  cube: Cube,
  comparable: Comparable,
  tags: readonly DomainTag[],
  members: readonly number[],
  price: number,
  ends: Ends = 'as said',
): Candidate {
  let [total, bad, expected] = [0, 0, 0];
  for (const i of members) {
    total += cube.total[i]!;
    bad += cube.bad[i]!;
    expected += cube.expected[i]!;
  }
  const likelihood = excessLikelihood(bad, total, expected) / cube.inflation;
  const { length } = tags.filter(({ tag }) => tag !== 'workload');
  return {
    comparable,
    tags,
    ends,
    length,
    members,
    total,
    bad,
    expected,
    likelihood,
    score: likelihood - price,
  };
}

export function withTraffic(cube: Cube, keep: (index: number) => boolean): number[] {
  const members: number[] = [];
  for (let i = 0; i < cube.leaves.length; i++) if (cube.total[i]! > 0 && keep(i)) members.push(i);
  return members;
}

/** Share of traffic that two candidates have in common (Jaccard, weighted by events). */
export function overlap(cube: Cube, a: Candidate, b: Candidate): number {
  const set = new Set(a.members);
  let common = 0;
  for (const i of b.members) if (set.has(i)) common += cube.total[i]!;
  const union = a.total + b.total - common;
  return union > 0 ? common / union : 0;
}
