import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeProbability } from '../certainty/place.ts';
import { groupBy } from '../group.ts';
import { excessLikelihood } from '../statistics/tail.ts';
import { type Counted, cubeOfCounts } from '../testing/cube.ts';
import type { Pod } from '../testing/shop.ts';
import { type Located, localise } from './index.ts';
import { workloadCandidates } from './workload.ts';

const ZONES = ['a', 'b'];

/** Two pods of a workload in each zone, each on a node of its own, all of one version. */
function podsOf(workload: string): Pod[] {
  return ZONES.flatMap((zone) =>
    [1, 2].map((n) => ({
      name: `${workload}-${zone}${n}`,
      workload,
      version: 'v1',
      node: `${zone}${n}`,
      zone,
    })),
  );
}

/** Every pod of a client asks every pod of its servers 100 times; `rate` says how much of it is bad. */
function traffic(
  calls: Readonly<Record<string, readonly string[]>>,
  rate: (client: Pod, server: Pod) => number,
): Counted[] {
  return Object.entries(calls).flatMap(([from, servers]) =>
    servers.flatMap((to) =>
      podsOf(from).flatMap((client) =>
        podsOf(to).map((server) => ({ client, server, total: 100, bad: 100 * rate(client, server) })),
      ),
    ),
  );
}

const name = ({ candidate: { comparable, tags } }: Located): string =>
  [
    comparable.kind === 'place' ? 'anywhere' : `${comparable.kind} ${comparable.workload.workload}`,
    ...tags.map(({ side, tag, value }) => `${side} ${tag}=${value}`),
  ].join(', ');

test('of what is left of a workload when a place is taken out, the place that is left is named', () => {
  const calls = { gateway: ['cart', 'payment', 'search', 'shipping'] };
  const counted = traffic(calls, (_, { workload, zone }) =>
    zone === 'b' ? 0.3 : workload === 'cart' ? 0.2 : 0,
  );
  const found = localise(
    cubeOfCounts('errors', counted, () => true),
    [],
    1_000,
  );
  expect(found.map(name)).toEqual(['anywhere, server zone=b', 'server cart, server zone=a']);
  expect(found[1]!.candidate.bad).toBe(8 * 100 * 0.2);
});

test('a workload that is bad in all its places has no tag, whatever else is bad', () => {
  const counted = traffic({ gateway: ['cart', 'payment'] }, (_, { workload, name: pod }) =>
    workload === 'cart' ? 0.3 : pod === 'payment-a1' ? 0.4 : 0,
  );
  const found = localise(
    cubeOfCounts('errors', counted, () => true),
    [],
    1_000,
  );
  expect(found.map(name)).toEqual(['server cart', 'server payment, server pod=payment-a1']);
});

test('what a pod gets from all it asks is one cause, though only one edge is an anomaly', () => {
  const calls = { api: ['cart', 'payment', 'search'] };
  const counted = traffic(calls, (client, { workload }) =>
    client.name === 'api-a1' ? (workload === 'payment' ? 0.1 : 0.05) : 0,
  );
  const found = localise(
    cubeOfCounts('connect failures', counted, (_, server) => server === 'payment'),
    [],
    1_000,
  );
  expect(found.map(name)).toEqual(['client api, client pod=api-a1']);
});

test('a further cause on an edge that nothing explained has paid for being looked at; a rest of an explained one has not', () => {
  const calls = { gateway: ['cart', 'payment'] };
  const dear = 1e9;
  const located = (where: string): string[] => {
    const counted = traffic(calls, (_, { name: pod }) =>
      pod === 'cart-a1' ? 0.9 : pod === where ? 0.06 : 0,
    );
    return localise(
      cubeOfCounts('errors', counted, () => true),
      [],
      dear,
    ).map(name);
  };
  expect(located('payment-b1')).toEqual([
    'server cart, server pod=cart-a1',
    'server payment, server pod=payment-b1',
  ]);
  expect(located('cart-b1')).toEqual(['server cart, server pod=cart-a1']);
});

test('a place is as wide as what is bad in it, though a little of another cause lies beside it', () => {
  const calls = { gateway: ['cart', 'payment'], cart: ['search'], payment: ['search', 'orders'] };
  const counted = traffic(calls, (_, { name: pod, node }) =>
    node === 'a1' ? 0.3 : pod === 'orders-b2' ? 0.3 : 0,
  );
  const found = localise(
    { ...cubeOfCounts('errors', counted, () => true), expected: tiny(counted) },
    [],
    1_000,
  );
  expect(found.map(name)).toEqual(['anywhere, server node=a1', 'server orders, server pod=orders-b2']);
  expect(found[0]!.candidate.ends).toBe('as said');
  expect(placeProbability(found[0]!)).toBeGreaterThan(0.9);
});

/** Next to nothing was bad before. */
const tiny = (counted: readonly Counted[]): Float64Array =>
  Float64Array.from(counted, ({ total }) => total / 1e6);

test('a version in one place is found, though its other pods are a little out of luck', () => {
  const [client] = podsOf('gateway');
  const nodes = Array.from({ length: 13 }, (_, n) => `n${n}`);
  const servers = nodes.flatMap((node) =>
    ['v1', 'v2'].flatMap((version) =>
      [1, 2].map((n) => ({
        name: `cart-${node}-${version}-${n}`,
        workload: 'cart',
        version,
        node,
        zone: 'a',
      })),
    ),
  );
  const badOf = ({ version, node }: Pod): number => (version === 'v1' ? 0 : node === 'n0' ? 40 : 3);
  const counted = servers.map((server) => ({ client: client!, server, total: 100, bad: badOf(server) }));
  const cube = {
    ...cubeOfCounts('errors', counted, () => true),
    expected: new Float64Array(counted.length).fill(2),
  };
  expect(localise(cube, [], 1_000).map(name)).toContain('server cart, server version=v2, server node=n0');
});

describe('narrowing', () => {
  const workload = { namespace: 'shop', workload: 'cart' };
  const clients = podsOf('gateway');
  // Two of each version on a node: no pod alone is what two tags together are.
  const servers = ['v1', 'v2'].flatMap((version) =>
    ['x', 'y'].flatMap((n) =>
      podsOf('cart').map((pod) => ({ ...pod, version, name: `${pod.name}-${version}${n}` })),
    ),
  );
  const pairs = clients.flatMap((client) => servers.map((server) => ({ client, server })));
  const columns = [
    ...(['version', 'name', 'node', 'zone'] as const).map((tag) => (i: number) => pairs[i]!.server[tag]),
    ...(['name', 'node', 'zone'] as const).map((tag) => (i: number) => pairs[i]!.client[tag]),
  ];

  test('never gives up on the likeliest group of one or two tags', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: pairs.length, maxLength: pairs.length }),
        fc.constantFrom(...columns.slice(1, 3)),
        fc.integer({ min: 5, max: 60 }),
        (noise, place, much) => {
          // A version in one place, and a bad one here and there.
          const hit = (i: number): boolean => columns[0]!(i) === 'v2' && place(i) === place(pairs.length - 1);
          const bad = noise.map((one, i) => (hit(i) ? much : Number(one === 0)));
          const counted = pairs.map((pair, i) => ({ ...pair, total: 100, bad: bad[i]! }));
          const cube = cubeOfCounts('errors', counted, () => true);
          const found = workloadCandidates(cube, 'server', workload);
          const least = Math.max(...found.map(({ score }) => score));
          const single = found.find(({ tags }) => tags.length === 1);
          if (single === undefined) return;
          const price = single.likelihood - single.score;
          for (const [n, one] of columns.entries()) {
            for (const other of columns.slice(n + 1)) {
              for (const group of groupBy([...pairs.keys()], (i) => `${one(i)} ${other(i)}`).values()) {
                const [sum, expected] = [total(group, bad), total(group, cube.expected)];
                const score = excessLikelihood(sum, 100 * group.length, expected) - 2 * price;
                expect(score).toBeLessThanOrEqual(least + 1e-6);
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

const total = (members: readonly number[], values: ArrayLike<number>): number =>
  members.reduce((sum, i) => sum + values[i]!, 0);
