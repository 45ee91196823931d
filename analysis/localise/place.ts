import type { DomainTag, Side } from '../finding.ts';
import { groupBy } from '../group.ts';
import { edgeId, nodeId } from '../keys.ts';
import { excessLikelihood } from '../statistics/tail.ts';
import { type Column, column, PLACE_TAGS } from '../table.ts';
import { ALIAS_NATS, ENOUGH_BAD, ENOUGH_EVENTS } from '../thresholds.ts';
import { type Candidate, type Comparable, candidate, type Ends, withTraffic } from './candidate.ts';
import type { Cube } from './cube.ts';

const PLACE: Comparable = { kind: 'place' };

/** Share of the things in a place that must be raised before the place is blamed (Squeeze's ripple effect, on counts). */
const RAISED_SHARE = 0.5;

interface Sketch {
  readonly tags: readonly DomainTag[];
  readonly ends: Ends;
  readonly keep: (index: number) => boolean;
}

/**
 * Candidates that many workloads have in common: a node, zone or region that servers (or clients, or either end) are
 * in, its border, and paths between two of them. A place counts only if several things in it are raised: what hits one
 * workload only is that workload's.
 */
export function placeCandidates(cube: Cube): Candidate[] {
  const sketches = PLACE_TAGS.flatMap((tag) => [
    ...sketchesOf(cube, column(cube.leaves, 'client', tag), column(cube.leaves, 'server', tag)),
  ]);
  const price = Math.log(2 + sketches.length);
  const everything = withTraffic(cube, () => true).length;
  const candidates: Candidate[] = [];
  for (const { tags, ends, keep } of sketches) {
    const named = withTraffic(cube, keep);
    if (named.length === 0 || named.length === everything) continue;
    const found = candidate(cube, PLACE, tags, named, price * tags.length, ends);
    if (found.likelihood > 0 && shared(cube, found)) candidates.push(found);
  }
  return candidates;
}

function* sketchesOf(cube: Cube, client: Column, server: Column): Generator<Sketch> {
  const at = (column: Column, value: string): ((i: number) => boolean) => {
    const code = column.values.indexOf(value);
    return (i) => code >= 0 && column.codes[i] === code;
  };
  const values = [...new Set([...server.values, ...client.values])].sort();
  const tag = (side: Side, value: string): DomainTag => ({ side, tag: server.tag, value });
  for (const value of values) {
    const [from, to] = [at(client, value), at(server, value)];
    yield { tags: [tag('server', value)], ends: 'as said', keep: to };
    yield { tags: [tag('client', value)], ends: 'as said', keep: from };
    yield { tags: [tag('server', value)], ends: 'either', keep: (i) => from(i) || to(i) };
    yield { tags: [tag('server', value)], ends: 'border', keep: (i) => from(i) !== to(i) };
  }
  const between = excessBetween(cube, client, server);
  for (const [n, a] of values.entries()) {
    for (const b of values.slice(n)) {
      if (between(a, b) + between(b, a) < ENOUGH_BAD) continue;
      const [fromA, toB, fromB, toA] = [at(client, a), at(server, b), at(client, b), at(server, a)];
      const path = [tag('client', a), tag('server', b)];
      yield { tags: path, ends: 'as said', keep: (i) => fromA(i) && toB(i) };
      if (a === b) continue;
      yield { tags: [tag('client', b), tag('server', a)], ends: 'as said', keep: (i) => fromB(i) && toA(i) };
      yield { tags: path, ends: 'either', keep: (i) => (fromA(i) && toB(i)) || (fromB(i) && toA(i)) };
    }
  }
}

/** Excess from a client's place to a server's; of the many pairs of places few have any. */
function excessBetween(cube: Cube, client: Column, server: Column): (from: string, to: string) => number {
  const sums = new Map<string, number>();
  const key = (from: string | undefined, to: string | undefined): string => `${from} > ${to}`;
  for (let i = 0; i < cube.leaves.length; i++) {
    const excess = cube.bad[i]! - cube.expected[i]!;
    const pair = key(client.values[client.codes[i]!], server.values[server.codes[i]!]);
    sums.set(pair, (sums.get(pair) ?? 0) + excess);
  }
  return (from, to) => Math.max(0, sums.get(key(from, to)) ?? 0);
}

/** Whether several things in the place are raised, and most of those that have traffic to show it. */
function shared(cube: Cube, { tags, ends, members }: Candidate): boolean {
  const servers = tags.length === 1 && ends === 'as said' ? tags[0]!.side : null;
  const things = groupBy(members, (i) => {
    const { edge } = cube.leaves[i]!;
    return servers === null ? edgeId(edge) : nodeId(edge[servers]);
  });
  let [raised, judged] = [0, 0];
  for (const leaves of things.values()) {
    let [total, bad, expected] = [0, 0, 0];
    for (const i of leaves) {
      total += cube.total[i]!;
      bad += cube.bad[i]!;
      expected += cube.expected[i]!;
    }
    if (total < ENOUGH_EVENTS) continue;
    judged++;
    if (excessLikelihood(bad, total, expected) / cube.inflation > ALIAS_NATS) raised++;
  }
  return raised >= 2 && raised >= RAISED_SHARE * judged;
}
