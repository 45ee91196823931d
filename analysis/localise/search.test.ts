import { expect, test } from 'vitest';
import { type Counted, cubeOfCounts } from '../testing/cube.ts';
import type { Pod } from '../testing/shop.ts';
import { type Located, localise } from './index.ts';

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
