import type { NodeKey } from '../../graph/index.ts';
import type { DomainTag, Side } from '../finding.ts';
import { nodeId } from '../keys.ts';
import type { LeafPair } from '../leaves.ts';
import { excessLikelihood } from '../statistics/tail.ts';
import { tagOf } from '../table.ts';
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
  /** Indices into the cube, ascending, of every leaf that has the name, also of those that were taken out of the cube. */
  readonly named: readonly number[];
  /** The named ones with traffic. */
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
  named: readonly number[],
  price: number,
  ends: Ends = 'as said',
): Candidate {
  const members = named.filter((i) => cube.total[i]! > 0);
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
    named,
    members,
    total,
    bad,
    expected,
    likelihood,
    score: likelihood - price,
  };
}

/** Leaves that had traffic, taken out or not. */
export function withTraffic(cube: Cube, keep: (index: number) => boolean): number[] {
  const named: number[] = [];
  for (let i = 0; i < cube.leaves.length; i++) if (cube.traffic[i]! > 0 && keep(i)) named.push(i);
  return named;
}

/** Whether a leaf has the ends and tags that a candidate's name says. */
function holds({ comparable, tags, ends }: Candidate, leaf: LeafPair): boolean {
  if (comparable.kind !== 'place') {
    if (nodeId(leaf.edge[comparable.kind]) !== nodeId(comparable.workload)) return false;
    if (comparable.caller && nodeId(leaf.edge.client) !== nodeId(comparable.caller)) return false;
  }
  const at = (side: Side, { tag, value }: DomainTag): boolean => tagOf(leaf, side, tag) === value;
  if (ends === 'as said') return tags.every((tag) => at(tag.side, tag));
  const [one, other] = tags as [DomainTag, DomainTag?];
  if (other) return (at('client', one) && at('server', other)) || (at('server', one) && at('client', other));
  const ways = Number(at('client', one)) + Number(at('server', one));
  return ends === 'either' ? ways > 0 : ways === 1;
}

/**
 * Share of traffic that two candidates have in common (Jaccard, weighted by events), over all traffic of a cube: what was taken out
 * of it because it has a cause of its own still tells names apart.
 */
export function overlap({ leaves, traffic }: Cube, a: Candidate, b: Candidate): number {
  let [common, union] = [0, 0];
  for (let i = 0; i < leaves.length; i++) {
    if (traffic[i] === 0) continue;
    const [inA, inB] = [holds(a, leaves[i]!), holds(b, leaves[i]!)];
    if (inA || inB) union += traffic[i]!;
    if (inA && inB) common += traffic[i]!;
  }
  return union > 0 ? common / union : 0;
}
