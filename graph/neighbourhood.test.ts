import { expect, test } from 'vitest';
import { edgeRow } from './fixtures.ts';
import { type Neighbourhood, openStore, type Period } from './index.ts';

const ALWAYS: Period = { from: 0, to: 4e15 };
const key = (workload: string) => ({ namespace: 'shop', workload });

type Link = readonly [client: string, server: string, requests: number];

async function storeOf(links: readonly Link[]) {
  const store = await openStore(':memory:');
  await store.append({
    rows: links.map(([client, server, requests]) => edgeRow(0, client, server, { requests })),
  });
  return store;
}

const hops = ({ nodes }: Neighbourhood) =>
  Object.fromEntries(nodes.map(({ workload, hops }) => [workload, hops]));

const SHOP: readonly Link[] = [
  ['load', 'front', 100],
  ['front', 'checkout', 20],
  ['front', 'cart', 60],
  ['checkout', 'cart', 20],
  ['checkout', 'payment', 10],
  ['cart', 'redis', 80],
  ['payment', 'bank', 5],
];

test('goes upstream and downstream by hops, and tells which is which', async () => {
  const store = await storeOf(SHOP);
  const around = async (direction: 'up' | 'down' | 'both', n: number) =>
    hops(await store.neighbourhood(key('checkout'), ALWAYS, { direction, hops: n }));
  expect(await around('both', 1)).toEqual({ checkout: 0, front: -1, cart: 1, payment: 1 });
  expect(await around('down', 2)).toEqual({ checkout: 0, cart: 1, payment: 1, redis: 2, bank: 2 });
  expect(await around('up', 5)).toEqual({ checkout: 0, front: -1, load: -2 });
  expect(await around('both', 0)).toEqual({ checkout: 0 });
  await store.close();
});

test('has every edge between its nodes, with its counts', async () => {
  const store = await storeOf(SHOP);
  const { edges, folded, nodes } = await store.neighbourhood(key('checkout'), ALWAYS, { hops: 1 });
  expect(nodes[0]).toEqual({ namespace: 'shop', workload: 'checkout', hops: 0 });
  expect(
    edges.map(({ client, server, counts }) => [client.workload, server.workload, counts.requests]),
  ).toEqual(expect.arrayContaining(SHOP.slice(1, 5)));
  expect(edges).toHaveLength(4);
  expect(folded).toEqual({ nodes: 0, share: 0 });
  await store.close();
});

test('ends on cycles and calls to oneself', async () => {
  const store = await storeOf([
    ['a', 'b', 1],
    ['b', 'c', 1],
    ['c', 'a', 1],
    ['b', 'b', 1],
  ]);
  const found = await store.neighbourhood(key('a'), ALWAYS, { hops: 50 });
  expect(hops(found)).toEqual({ a: 0, b: 1, c: -1 });
  expect(found.edges).toHaveLength(4);
  await store.close();
});

test('above its limit keeps the busiest, each with a way to the centre, and counts the rest', async () => {
  const many: Link[] = Array.from({ length: 40 }, (_, i) => ['hub', `leaf-${i}`, i + 1]);
  const store = await storeOf([
    ...many,
    ['leaf-0', 'behind-the-quietest', 9_000],
    ['leaf-39', 'behind-the-busiest', 1_000],
  ]);
  const { nodes, edges, folded } = await store.neighbourhood(key('hub'), ALWAYS, { limit: 5 });
  expect(nodes.map(({ workload }) => workload).sort()).toEqual([
    'behind-the-busiest',
    'hub',
    'leaf-37',
    'leaf-38',
    'leaf-39',
  ]);
  expect(edges).toHaveLength(4);
  expect(folded.nodes).toBe(43 - 5);
  const all = (40 * 41) / 2 + 10_000;
  expect(folded.share).toBeCloseTo((all - (38 + 39 + 40 + 1_000)) / all, 10);
  await store.close();
});

test('of a workload that talked to nobody in the period is that workload', async () => {
  const store = await storeOf(SHOP);
  const empty = { edges: [], folded: { nodes: 0, share: 0 } };
  expect(await store.neighbourhood(key('nobody'), ALWAYS)).toMatchObject(empty);
  expect(await store.neighbourhood(key('cart'), { from: 0, to: 1 })).toMatchObject({
    ...empty,
    nodes: [{ workload: 'cart', hops: 0 }],
  });
  await store.close();
});
