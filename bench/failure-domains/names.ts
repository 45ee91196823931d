import { type Domain, holds, nameOf, type Side, TAGS, type Tag, tagValue } from './domain.ts';
import { drawOf } from './draw.ts';
import type { World } from './world.ts';

/** All names of one set of endpoint pairs; pairs without traffic do not count. */
export interface Named {
  /** Places in the world's leaves, ascending. */
  readonly members: readonly number[];
  readonly key: number;
  /** The shortest domains that are these pairs. */
  readonly domains: readonly Domain[];
}

/** Tags of a name at most. */
const DEPTH = 2;

/**
 * Every set of endpoint pairs that has a name: what goes into, out of, or between two workloads, narrowed by up to two
 * tags of either end; and places (nodes and zones) whoever is there, as server, client, either end, border, and path.
 */
export function namedSets(world: World, active: Uint8Array): Map<number, Named> {
  const sets = new Map<
    number,
    { members: readonly number[]; key: number; domains: Domain[]; length: number }
  >();
  const signs = signsOf(world.leaves.length);
  const put = (domain: Domain, members: readonly number[]): void => {
    if (members.length === 0) return;
    const key = keyOf(signs, members);
    const { length } = domain.tags;
    const known = sets.get(key);
    if (known === undefined) sets.set(key, { members, key, domains: [domain], length });
    else if (length < known.length) Object.assign(known, { domains: [domain], length });
    else if (length === known.length) known.domains.push(domain);
  };
  for (const scope of scopesOf(world)) {
    const inside = membersOf(world, active, { ...scope, tags: [], ends: 'as said' });
    put({ ...scope, tags: [], ends: 'as said' }, inside);
    narrow(world, scope, [], inside, put);
  }
  for (const domain of placesOf(world)) put(domain, membersOf(world, active, domain));
  return sets;
}

/** The shortest names of a set, sorted; only `''` where no tag is needed beside the workloads. */
export function namesOfSet(set: Named | undefined): readonly string[] {
  const names = new Set(set?.domains.map(nameOf));
  return names.has('') ? [''] : [...names].sort();
}

export function membersOf({ leaves }: World, active: Uint8Array, domain: Domain): number[] {
  const members: number[] = [];
  for (const [i, { client, server }] of leaves.entries())
    if (active[i] === 1 && holds(domain, client, server)) members.push(i);
  return members;
}

/** The same number for the same members (Zobrist 1970). */
export function keyOf({ high, low }: Signs, members: readonly number[]): number {
  let [a, b] = [0, 0];
  for (const i of members) {
    a ^= high[i]!;
    b ^= low[i]!;
  }
  return (a >>> 0) * 2 ** 20 + (b >>> 12);
}

export interface Signs {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

export function signsOf(size: number): Signs {
  const draw = drawOf('signs');
  const column = () => Uint32Array.from({ length: size }, () => draw.integer(0, 2 ** 32 - 1));
  return { high: column(), low: column() };
}

function scopesOf({ leaves }: World): Pick<Domain, 'client' | 'server'>[] {
  const edges = new Map(
    leaves.map(({ client, server, edge }) => [edge, [client.workload, server.workload] as const]),
  );
  const clients = new Set([...edges.values()].map(([client]) => client));
  const servers = new Set([...edges.values()].map(([, server]) => server));
  return [
    ...[...servers].map((server) => ({ server })),
    ...[...clients].map((client) => ({ client })),
    ...[...edges.values()].map(([client, server]) => ({ client, server })),
  ];
}

function narrow(
  world: World,
  scope: Pick<Domain, 'client' | 'server'>,
  tags: readonly Tag[],
  inside: readonly number[],
  put: (domain: Domain, members: readonly number[]) => void,
): void {
  const columns = (['client', 'server'] as const).flatMap((side) => TAGS.map((tag) => ({ side, tag })));
  const last = tags.at(-1);
  const after = last ? columns.findIndex(({ side, tag }) => side === last.side && tag === last.tag) : -1;
  for (const { side, tag } of columns.slice(after + 1)) {
    const groups = new Map<string, number[]>();
    for (const i of inside) {
      const value = tagValue(world.leaves[i]![side], tag);
      const group = groups.get(value);
      if (group) group.push(i);
      else groups.set(value, [i]);
    }
    for (const [value, members] of groups) {
      const narrower = [...tags, { side, tag, value }];
      put({ ...scope, tags: narrower, ends: 'as said' }, members);
      if (narrower.length < DEPTH && members.length < inside.length)
        narrow(world, scope, narrower, members, put);
    }
  }
}

function* placesOf({ scenario: { topology } }: World): Generator<Domain> {
  const values = { node: topology.nodes.map(({ node }) => node), zone: topology.zones };
  for (const tag of ['node', 'zone'] as const) {
    const at = (side: Side, value: string): Tag => ({ side, tag, value });
    for (const [i, a] of values[tag].entries()) {
      yield { tags: [at('server', a)], ends: 'as said' };
      yield { tags: [at('client', a)], ends: 'as said' };
      yield { tags: [at('server', a)], ends: 'either' };
      yield { tags: [at('server', a)], ends: 'border' };
      yield { tags: [at('client', a), at('server', a)], ends: 'as said' };
      for (const b of values[tag].slice(i + 1)) {
        yield { tags: [at('client', a), at('server', b)], ends: 'as said' };
        yield { tags: [at('client', b), at('server', a)], ends: 'as said' };
        yield { tags: [at('client', a), at('server', b)], ends: 'either' };
      }
    }
  }
}
