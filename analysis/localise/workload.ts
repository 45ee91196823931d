import type { NodeKey } from '../../graph/index.ts';
import type { DomainTag } from '../finding.ts';
import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { excessLikelihood } from '../statistics/tail.ts';
import { type Column, column, DOMAIN_TAGS } from '../table.ts';
import { ENOUGH_BAD } from '../thresholds.ts';
import { type Candidate, type Comparable, candidate, withTraffic } from './candidate.ts';
import type { Cube } from './cube.ts';

/** Tags in a conjunction; more is no longer something a person can act on. */
const DEPTH = 3;
/** Groups of each depth that are narrowed further: the best by what they could still become. */
const BEAM = 12;

/**
 * Candidates within what goes into (or out of) one workload: all of it, and conjunctions of tags of both ends, from
 * one tag to three, bottom up. A group is narrowed only while keeping just its raised leaves could still beat what is
 * known (the optimistic bound of HotSpot and Squeeze, on counts).
 */
export function workloadCandidates(cube: Cube, kind: 'server' | 'client', workload: NodeKey): Candidate[] {
  const id = nodeId(workload);
  const all = withTraffic(cube, (i) => nodeId(cube.leaves[i]!.edge[kind]) === id);
  return narrowing(cube, { kind, workload }, all);
}

/** The same within what one caller asks of a workload that several ask: which of them is paid for. */
export function callerCandidates(cube: Cube, workload: NodeKey): Candidate[][] {
  const id = nodeId(workload);
  const callers = groupBy(
    withTraffic(cube, (i) => nodeId(cube.leaves[i]!.edge.server) === id),
    (i) => nodeId(cube.leaves[i]!.edge.client),
  );
  if (callers.size < 2) return [];
  return [...callers.values()]
    .filter((leaves) => leaves.some((i) => cube.accused[i] === 1))
    .map((leaves) => {
      const caller = cube.leaves[leaves[0]!]!.edge.client;
      return narrowing(cube, { kind: 'server', workload, caller }, leaves, Math.log(2 + callers.size));
    });
}

/** @param chosen price of having chosen this traffic */
function narrowing(cube: Cube, comparable: Comparable, all: readonly number[], chosen = 0): Candidate[] {
  const columns = distinguishing(cube, all);
  const groups = columns.reduce((sum, { values }) => sum + values.length, 0);
  const price = Math.log(2 + groups);
  const found = [candidate(cube, comparable, [], all, chosen)];
  let parents: readonly Candidate[] = found;
  for (let depth = 1; depth <= DEPTH; depth++) {
    const children = parents.flatMap((parent) => narrowed(cube, parent, columns, { chosen, each: price }));
    found.push(...children);
    const best = Math.max(...found.map(({ score }) => score));
    parents = distinct(children)
      .map((child) => ({ child, bound: optimistic(cube, child) - chosen - price * (depth + 1) }))
      .filter(({ bound }) => bound > best)
      .sort((a, b) => b.bound - a.bound)
      .slice(0, BEAM)
      .map(({ child }) => child);
  }
  return found;
}

/**
 * Columns of both ends with at least two values within the leaves. A tag all of them share tells nothing; nor does one that
 * some have and others are not known to have: where a failed connect is seen from another end than a good one, only the view
 * differs.
 */
function distinguishing(cube: Cube, members: readonly number[]): Column[] {
  const tags = (['server', 'client'] as const).flatMap((side) =>
    DOMAIN_TAGS.map((tag) => column(cube.leaves, side, tag)),
  );
  const columns = [...tags, column(cube.leaves, 'server', 'port')];
  return columns.filter(({ codes }) => {
    const known = members.find((i) => codes[i]! >= 0);
    return known !== undefined && members.some((i) => codes[i]! >= 0 && codes[i] !== codes[known]);
  });
}

/** Every value of every further column inside a group; what is the same group again has only a longer name. */
function narrowed(
  cube: Cube,
  parent: Candidate,
  columns: readonly Column[],
  { chosen, each }: { readonly chosen: number; readonly each: number },
): Candidate[] {
  const children: Candidate[] = [];
  const last = parent.tags.at(-1);
  const after = last ? columns.findIndex(({ side, tag }) => side === last.side && tag === last.tag) : -1;
  for (const { side, tag, codes, values } of columns.slice(after + 1)) {
    const groups = new Map<number, number[]>();
    for (const i of parent.named) {
      const code = codes[i]!;
      if (code < 0) continue;
      const group = groups.get(code);
      if (group) group.push(i);
      else groups.set(code, [i]);
    }
    for (const [code, named] of groups) {
      if (named.length === parent.named.length) continue;
      const tags: DomainTag[] = [...parent.tags, { side, tag, value: values[code]! }];
      const child = candidate(cube, parent.comparable, tags, named, chosen + each * tags.length);
      if (child.bad - child.expected >= ENOUGH_BAD) children.push(child);
    }
  }
  return children;
}

/** One candidate per set of leaves, the first: equal sets are aliases, and are narrowed once. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  return [...groupBy(candidates, ({ named }) => named.join()).values()].map((equal) => equal[0]!);
}

/**
 * Likelihood of the likeliest of all sets of leaves in a group. It is one of those that hold the worst leaves by bad over expected
 * (linear-time subset scanning: Neill, Fast subset scan for spatial pattern detection, JRSS B 2012).
 */
function optimistic(cube: Cube, { members }: Candidate): number {
  const raised = members
    .filter((i) => cube.bad[i]! > cube.expected[i]!)
    .sort((a, b) => cube.bad[b]! * cube.expected[a]! - cube.bad[a]! * cube.expected[b]!);
  let [total, bad, expected, best] = [0, 0, 0, 0];
  for (const i of raised) {
    total += cube.total[i]!;
    bad += cube.bad[i]!;
    expected += cube.expected[i]!;
    best = Math.max(best, excessLikelihood(bad, total, expected));
  }
  return best / cube.inflation;
}
