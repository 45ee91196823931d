import type { Change } from '../../enrich/index.ts';
import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { matters } from '../measure.ts';
import { excessLikelihood, surprise } from '../statistics/tail.ts';
import {
  ALIAS_NATS,
  ENOUGH_BAD,
  ENOUGH_EVENTS,
  EXPLAINS_FLOOR,
  FALSE_REPORTS,
  FINDINGS,
  OWN_CAUSE_NATS,
  PART_CONTRAST,
  PEEL_SHARE,
} from '../thresholds.ts';
import { type AliasClass, aliasClass } from './aliases.ts';
import { inOrder, type Top } from './apart.ts';
import type { Candidate } from './candidate.ts';
import { accusedExcess, accusedNodes, type Cube, without } from './cube.ts';
import { placeCandidates } from './place.ts';
import { callerCandidates, workloadCandidates } from './workload.ts';

/** A cause on one measure: the leaves it covers, their names, and the rivals it was chosen from. */
export interface Located {
  readonly cube: Cube;
  readonly candidate: Candidate;
  readonly aliases: readonly Candidate[];
  /** Everything else that was considered for the same traffic, best first. */
  readonly rivals: readonly Candidate[];
  /** Every candidate of every workload and place, the chosen one and its aliases among them. */
  readonly considered: readonly Candidate[];
  /** Score of the explanation it is part of: its own, or that of it and the cause beside it. */
  readonly joint: number;
  /** Whether it is slow because segments were lost there. */
  readonly ofLoss?: boolean;
  /** Share of the measure's excess that lies inside. */
  readonly explains: number;
  readonly p: number;
}

/**
 * The causes of one measure's excess, largest first: the best candidate over workloads and places is taken, its traffic
 * removed, and the search repeated while the excess of an edge is left unexplained (greedy peeling).
 * @param price of having looked at all edges; anomalies have paid it
 * @param first what the first cause has still to pay of it
 */
export function localise(whole: Cube, changes: readonly Change[], price: number, first = 1): Located[] {
  const excess = accusedExcess(whole);
  const found: Located[] = [];
  let cube = whole;
  while (found.length < FINDINGS && unexplained(cube, excess)) {
    const due = found.length === 0 ? () => first : priceOf(cube, excess, { price, first });
    const located = strongest(cube, changes, due, sumOf(excess));
    if (located === null) break;
    found.push(located);
    cube = without(cube, located.candidate.members);
  }
  return found;
}

/**
 * The price of having looked: anomalies have paid it, and so has what explains one that no cause explained yet; what is left of the
 * explained has to pay again.
 */
function priceOf(
  cube: Cube,
  excess: ReadonlyMap<string, number>,
  { price, first }: { readonly price: number; readonly first: number },
): (one: Candidate) => number {
  const left = accusedExcess(cube);
  const owed = (id: string): boolean => (left.get(id) ?? 0) >= EXPLAINS_FLOOR * excess.get(id)!;
  return ({ members, bad, expected }) => {
    let paid = 0;
    for (const i of members) {
      if (cube.accused[i] === 1 && owed(cube.leaves[i]!.edgeId)) paid += cube.bad[i]! - cube.expected[i]!;
    }
    return paid >= EXPLAINS_FLOOR * (bad - expected) ? first : price;
  };
}

/**
 * Whether a share of all excess is left, or most of that of an edge, or as much of one as makes a cause by itself: every anomaly is
 * owed an explanation.
 */
function unexplained(cube: Cube, excess: ReadonlyMap<string, number>): boolean {
  const left = accusedExcess(cube);
  if (left.size === 0) return false;
  if (sumOf(left) >= PEEL_SHARE * sumOf(excess)) return true;
  return [...left].some(
    ([id, rest]) => rest >= EXPLAINS_FLOOR * excess.get(id)! || edgeLikelihood(cube, id) >= OWN_CAUSE_NATS,
  );
}

function edgeLikelihood(cube: Cube, id: string): number {
  let [bad, total, expected] = [0, 0, 0];
  for (let i = 0; i < cube.leaves.length; i++) {
    if (cube.leaves[i]!.edgeId !== id) continue;
    bad += cube.bad[i]!;
    total += cube.total[i]!;
    expected += cube.expected[i]!;
  }
  return excessLikelihood(bad, total, expected) / cube.inflation;
}

function sumOf(excess: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const one of excess.values()) sum += one;
  return sum;
}

function strongest(
  cube: Cube,
  changes: readonly Change[],
  price: (one: Candidate) => number,
  excess: number,
): Located | null {
  const several = callersOfSeveral(cube);
  const scopes = [
    ...accusedNodes(cube, 'server').map((node) => workloadCandidates(cube, 'server', node)),
    ...accusedNodes(cube, 'client')
      .filter((node) => several.has(nodeId(node)))
      .map((node) => workloadCandidates(cube, 'client', node)),
    ...accusedNodes(cube, 'server').flatMap((node) => callerCandidates(cube, node)),
    placeCandidates(cube),
  ].filter((candidates) => candidates.length > 0);
  const looked = scopes.reduce((sum, { length }) => sum + length, 0);
  const tops = scopes
    .flatMap((scope): Top[] => [topOf(cube, scope), ...furtherPlaces(scope)])
    .filter(({ candidate }) => candidate.score > 0);
  const refused = new Set<readonly Candidate[]>();
  for (const { candidate, scope, joint } of inOrder(cube, tops)) {
    const { chosen, others }: AliasClass = aliasClass(cube, candidate, scopes.flat(), changes);
    const p = Math.min(1, chance(cube, chosen) * looked * price(chosen));
    // A place in which everything is up a little has much excess, and may well be chance: it hides nothing that is not.
    if (p > FALSE_REPORTS || !matters(cube.measure, chosen, chosen.expected / chosen.total)) {
      refused.add(scope);
      continue;
    }
    const same = new Set([chosen, ...others]);
    return {
      cube,
      candidate: chosen,
      aliases: others,
      rivals: scope.filter((rival) => !same.has(rival)).sort((a, b) => b.likelihood - a.likelihood),
      considered: scopes.filter((one) => !refused.has(one)).flat(),
      joint: joint ?? candidate.score,
      explains: Math.min(1, Math.max(0, (chosen.bad - chosen.expected) / excess)),
      p,
    };
  }
  return null;
}

/** Places beside the best one: of two that overlap, each may hold a cause. */
const FURTHER_PLACES = 3;

function furtherPlaces(scope: readonly Candidate[]): Top[] {
  if (scope[0]?.comparable.kind !== 'place') return [];
  const sorted = [...scope].sort((a, b) => b.score - a.score);
  return sorted.slice(1, 1 + FURTHER_PLACES).map((candidate) => ({ scope, candidate }));
}

/** The best of a scope; a place that is narrowed explains with what lies beside it, which is another cause's. */
function topOf(cube: Cube, scope: readonly Candidate[]): Top {
  const whole = explaining(scope);
  const part = whole.comparable.kind === 'place' ? narrower(scope, whole) : whole;
  if (part === whole) return { scope, candidate: whole };
  const [bad, total] = [whole.bad - part.bad, whole.total - part.total];
  const rest = excessLikelihood(bad, total, whole.expected - part.expected) / cube.inflation;
  return { scope, candidate: part, joint: part.score + rest - (part.likelihood - part.score) };
}

/**
 * The best of a scope. Tags that leave most of the excess of their workload outside explain nothing: then all of the
 * workload is the answer, with no tag; unless two parts of it that a tag tells apart are bad at once, which together
 * are likelier than the whole: then the larger is the answer and the other the next cause.
 */
function explaining(scope: readonly Candidate[]): Candidate {
  const best = scope.reduce((a, b) => (b.score > a.score ? b : a));
  const root = scope.find(({ tags }) => tags.length === 0);
  if (!root || root.score <= 0) return best;
  if (best !== root && best.bad - best.expected >= EXPLAINS_FLOOR * (root.bad - root.expected)) return best;
  return largerOfTwo(scope, root) ?? leftOver(scope, root) ?? root;
}

/**
 * The part of a place that holds nearly all of its excess, if the rest is clearly less bad: where next to nothing was bad before, a
 * little of another cause pays for much that is fine.
 */
function narrower(scope: readonly Candidate[], place: Candidate): Candidate {
  const whole = new Set(place.members);
  const excess = place.bad - place.expected;
  const parts = scope.filter((part) => {
    if (part.members.length >= whole.size || !part.members.every((i) => whole.has(i))) return false;
    if (part.bad - part.expected < (1 - PEEL_SHARE) * excess) return false;
    const rest = { bad: place.bad - part.bad, total: place.total - part.total };
    const alike = (rest.total * part.bad) / part.total;
    return rest.bad * PART_CONTRAST <= alike && alike - rest.bad >= ENOUGH_BAD;
  });
  return parts.sort((a, b) => b.score - a.score)[0] ?? place;
}

/**
 * The tags of all that is left of a workload, of which another cause was taken out: nothing says that this one hits that too.
 */
function leftOver(scope: readonly Candidate[], root: Candidate): Candidate | null {
  const same = scope.filter(
    ({ tags, members }) => tags.length === 1 && members.length === root.members.length,
  );
  return same.sort((a, b) => b.named.length - a.named.length)[0] ?? null;
}

function largerOfTwo(scope: readonly Candidate[], root: Candidate): Candidate | null {
  let found: { first: Candidate; score: number } | null = null;
  const singles = scope.filter(({ tags, score }) => tags.length === 1 && score > 0);
  for (const parts of groupBy(singles, ({ tags: [tag] }) => `${tag!.side} ${tag!.tag}`).values()) {
    const [first, second] = parts.sort((a, b) => b.score - a.score);
    if (!first || !second) continue;
    // Where nothing else is left, or the rest is bad too, two parts are only another name for the whole.
    const rest = root.total - first.total - second.total;
    const bad = root.bad - first.bad - second.bad;
    if (rest < ENOUGH_EVENTS || bad / rest > root.bad / root.total / PART_CONTRAST) continue;
    const score = first.score + second.score;
    if (score > root.score && (found === null || score > found.score)) found = { first, score };
  }
  return found === null ? null : found.first;
}

function chance(cube: Cube, { bad, total, expected }: Candidate): number {
  const mean = Math.min(0.999, Math.max(expected / total, 0.5 / (total + 1)));
  const weight = Math.max(1, 1 / (cube.correlation + 1e-4) - 1);
  return surprise(Math.floor(bad), Math.round(total), { mean, weight });
}

/** Clients of which several servers are asked by raised edges, be it too little on each of them to be an anomaly. */
function callersOfSeveral(cube: Cube): Set<string> {
  const servers = new Map<string, Set<string>>();
  for (const [id, { edge }] of new Map(cube.leaves.map((leaf) => [leaf.edgeId, leaf]))) {
    if (edgeLikelihood(cube, id) <= ALIAS_NATS) continue;
    const client = nodeId(edge.client);
    const asked = servers.get(client) ?? new Set();
    servers.set(client, asked.add(nodeId(edge.server)));
  }
  return new Set([...servers].filter(([, asked]) => asked.size > 1).map(([client]) => client));
}
