import { FLAG } from './calls.ts';
import { keyOf, membersOf, type Named, namedSets, namesOfSet, signsOf } from './names.ts';
import { PARAMETERS } from './parameters.ts';
import type { Cause, Effect } from './scenario.ts';
import type { World } from './world.ts';

/**
 * `identifiable`: the data leave one name. `confounded`: the placement gives the same endpoint pairs several names.
 * `outside`: no tag says what is hit. `too little`: even who knows every rate could not tell. `quiet`: nothing happened.
 */
export type Class = 'identifiable' | 'confounded' | 'outside' | 'too little' | 'quiet';

export interface Truth {
  readonly class: Class;
  readonly causes: readonly CauseTruth[];
}

export interface CauseTruth {
  readonly cause: Cause;
  /** What an answer must cover. */
  readonly key: number;
  readonly names: readonly string[];
  /** Nats by which the cause is likelier than the best rival. */
  readonly margin: number;
  readonly class: Exclude<Class, 'quiet'>;
}

/**
 * An ideal observer, who knows the rate of every leaf and of every other cause, must find the true set of leaves this many nats (22,000
 * times) likelier than every other set that has a name, and than nothing at all after paying for every set, signal and
 * window he might have looked at.
 */
const MARGIN_NATS = 10;
/** What raises no edge's share of bad events by this much matters to nobody. */
const FLOORS: Readonly<Record<Effect['signal'], number>> = {
  errors: 0.001,
  'connect failures': 0.001,
  retransmits: 0.005,
  latency: 0.01,
};
/** Past events that the rate of a leaf's edge weighs as much as, in the rate the observer knows of the leaf. */
const PRIOR_EVENTS = 100;

export function truthOf(world: World): Truth {
  const { causes } = world.scenario;
  if (causes.length === 0) return { class: 'quiet', causes: [] };
  const active = activeLeaves(world);
  const names = namedSets(world, active);
  const judged = causes.map((cause) => causeTruth(world, cause, active, names));
  return { class: together(judged.map((one) => one.class)), causes: judged };
}

function together(classes: readonly CauseTruth['class'][]): Class {
  return (
    (['too little', 'outside', 'confounded'] as const).find((one) => classes.includes(one)) ?? 'identifiable'
  );
}

/** 1 where a leaf had a request from the onset on. */
export function activeLeaves({ calls, leaves, onset }: World): Uint8Array {
  const active = new Uint8Array(leaves.length);
  for (let i = 0; i < calls.length; i++) if (calls.window[i]! >= onset) active[calls.leaf[i]!] = 1;
  return active;
}

function causeTruth(
  world: World,
  cause: Cause,
  active: Uint8Array,
  names: ReadonlyMap<number, Named>,
): CauseTruth {
  const { domain, hidden } = cause;
  const whole = membersOf(world, active, domain);
  const hit = whole.filter((i) => hidden?.(world.leaves[i]!.client, world.leaves[i]!.server) ?? true);
  const signs = signsOf(world.leaves.length);
  const key = keyOf(signs, whole);
  const known = namesOfSet(names.get(key));
  const events = eventsOf(world, cause);
  const own = likelihood(events, hit);
  const hitKey = keyOf(signs, hit);
  let best = 0;
  for (const rival of names.values())
    if (rival.key !== hitKey) best = Math.max(best, likelihood(events, rival.members));
  const looks = Math.log(names.size * Object.keys(FLOORS).length * world.windows);
  const margin = own - Math.max(best, looks);
  const seen = margin >= MARGIN_NATS && matters(world, events, cause, hit);
  const outside = world.scenario.kind === 'outside';
  return {
    cause,
    key,
    names: known,
    margin,
    class: !seen ? 'too little' : outside ? 'outside' : known.length > 1 ? 'confounded' : 'identifiable',
  };
}

interface Events {
  readonly total: Float64Array;
  readonly bad: Float64Array;
  readonly expected: Float64Array;
}

/** Events of a cause's signal from the onset on, leaf by leaf: only what failed or was slow by itself is bad. */
function eventsOf(world: World, cause: Cause): Events {
  const { signal } = cause.effect;
  const { leaves, onset } = world;
  const size = leaves.length;
  const [past, now] = [0, 1].map(() => ({ total: new Float64Array(size), bad: new Float64Array(size) })) as [
    Pick<Events, 'total' | 'bad'>,
    Pick<Events, 'total' | 'bad'>,
  ];
  const { calls } = world;
  for (let i = 0; i < calls.length; i++) {
    const into = calls.window[i]! >= onset ? now : past;
    const [bad, total] = sampleOf(signal, calls.flags[i]!, calls.lost[i]!);
    into.bad[calls.leaf[i]!]! += bad;
    into.total[calls.leaf[i]!]! += total;
  }
  const rates = edgeRates(world, past);
  const others = world.scenario.causes.filter((other) => other !== cause && other.effect.signal === signal);
  const active = new Uint8Array(size).fill(1);
  const expected = Float64Array.from(now.total, (total, i) => {
    const prior = PRIOR_EVENTS * rates[leaves[i]!.edge]!;
    return (total * (past.bad[i]! + prior)) / (past.total[i]! + PRIOR_EVENTS);
  });
  for (const other of others)
    for (const i of membersOf(world, active, other.domain))
      expected[i]! += now.total[i]! * other.effect.share;
  return { ...now, expected };
}

function sampleOf(
  signal: Effect['signal'],
  flag: number,
  lost: number,
): readonly [bad: number, total: number] {
  const refused = flag & FLAG.refused ? 1 : 0;
  switch (signal) {
    case 'connect failures':
      return [refused, refused || (flag & FLAG.fresh ? 1 : 0)];
    case 'errors':
      return [flag & FLAG.ownFailed ? 1 : 0, 1 - refused];
    case 'latency':
      return [flag & FLAG.ownSlow ? 1 : 0, 1 - refused];
    case 'retransmits':
      return [lost, refused ? 0 : PARAMETERS.segments + lost];
  }
}

function edgeRates({ leaves, edges }: World, { bad, total }: Pick<Events, 'total' | 'bad'>): Float64Array {
  const sums = { bad: new Float64Array(edges), total: new Float64Array(edges) };
  for (const [i, { edge }] of leaves.entries()) {
    sums.bad[edge]! += bad[i]!;
    sums.total[edge]! += total[i]!;
  }
  return sums.bad.map((count, edge) => (count + 0.5) / (sums.total[edge]! + 1));
}

/** Log-likelihood ratio of a set with a rate of its own against what was expected of it (Kulldorff 1997). */
function likelihood({ total, bad, expected }: Events, members: readonly number[]): number {
  let [n, k, mean] = [0, 0, 0];
  for (const i of members) {
    n += total[i]!;
    k += bad[i]!;
    mean += expected[i]!;
  }
  if (k <= mean || n <= mean) return 0;
  return k * Math.log(k / mean) + (n > k ? (n - k) * Math.log((n - k) / (n - mean)) : 0);
}

function matters(
  { leaves, edges }: World,
  events: Events,
  { effect }: Cause,
  hit: readonly number[],
): boolean {
  const excess = new Float64Array(edges);
  const total = new Float64Array(edges);
  for (const [i, { edge }] of leaves.entries()) total[edge]! += events.total[i]!;
  for (const i of hit) excess[leaves[i]!.edge]! += events.bad[i]! - events.expected[i]!;
  return excess.some((sum, edge) => sum >= FLOORS[effect.signal] * total[edge]!);
}
