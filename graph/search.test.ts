import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../enrich/index.ts';
import { distance } from './find-nodes.ts';
import { edgeRow, podEnd } from './fixtures.ts';
import { type EdgeStore, findNodes, nearest, openStore } from './index.ts';

const outside: Endpoint = { resolution: 'dns', tags: { address: 'cart.example.com' }, candidates: [] };
const unknownPod: Endpoint = {
  resolution: 'service',
  tags: { namespace: 'shop', service: 'cart' },
  candidates: [],
};

let store: EdgeStore;
beforeAll(async () => {
  store = await openStore(':memory:');
  const to = (server: Endpoint) => ({ ...edgeRow(0, 'frontend', 'x'), server });
  await store.append({
    rows: [
      to(podEnd('cart', 1, { version: '2.11', node: 'worker-1', zone: 'eu-1a' })),
      to(podEnd('cart', 2, { version: '2.12', node: 'worker-2', zone: 'eu-1b' })),
      to(podEnd('cart', 3, { namespace: 'test', node: 'worker-2' })),
      to(podEnd('redis-cart', 0, { service: 'cart-store' })),
      to(podEnd('reviews-v1', 0, { service: 'reviews' })),
      to(podEnd('reviews-v2', 0, { service: 'reviews' })),
      to(outside),
      to(unknownPod),
    ],
  });
});
afterAll(() => store.close());

const hits = async (text: string, limit?: number) =>
  (await store.search(text, limit)).map(({ kind, value }) => `${kind} ${value}`);

test('search finds every kind of name, whatever its case, the closest first', async () => {
  expect(await hits('CART')).toEqual([
    'workload cart',
    'workload cart',
    'service cart',
    'service cart-store',
    'pod cart-1',
    'pod cart-2',
    'pod cart-3',
    'image cart:1',
    'address cart.example.com',
    'workload redis-cart',
    'pod redis-cart-0',
    'image redis-cart:1',
  ]);
  expect(await hits('2.1')).toEqual(['version 2.11', 'version 2.12']);
  expect(await hits('eu-1')).toEqual(['zone eu-1a', 'zone eu-1b']);
  expect(await hits('worker')).toEqual(['node worker-1', 'node worker-2']);
  expect(await hits('test')).toEqual(['namespace test']);
  expect(await hits('test/')).toEqual(['workload cart', 'service cart']);
  expect(await hits('cart', 2)).toEqual(['workload cart', 'workload cart']);
});

test('search takes text for text', async () => {
  for (const text of ['', '  ', '%', '_', "'", "' OR true --", '\\', '\0'])
    expect(await hits(text)).toEqual([]);
});

test('a hit says which workload to open, unless it belongs to several', async () => {
  const of = async (text: string) => (await store.search(text)).map(({ workload }) => workload);
  expect(await of('shop/cart')).toContainEqual({ namespace: 'shop', workload: 'cart' });
  expect(await of('cart-1')).toEqual([{ namespace: 'shop', workload: 'cart' }]);
  expect(await of('worker-1')).toEqual([{ namespace: 'shop', workload: 'cart' }]);
  expect(await of('worker-2')).toEqual([null]);
  expect(await of('cart.example.com')).toEqual([{ namespace: '', workload: 'cart.example.com' }]);
});

test('a name is found exactly before it is found as a part', async () => {
  const found = async (text: string) =>
    (await findNodes(store, text)).map(({ namespace, workload }) => `${namespace}/${workload}`).sort();
  expect(await found('frontend')).toEqual(['shop/frontend']);
  expect(await found('front')).toEqual(['shop/frontend']);
  expect(await found('tend')).toEqual(['shop/frontend']);
  expect(await found('cart')).toEqual(['shop/cart', 'test/cart']);
  expect(await found('Shop/Cart')).toEqual(['shop/cart']);
  expect(await found('cart-store')).toEqual(['shop/redis-cart']);
  expect(await found('shop/cart-store')).toEqual(['shop/redis-cart']);
  expect(await found('cart.shop')).toEqual(['/cart.shop']);
  expect(await found('reviews')).toEqual(['shop/reviews-v1', 'shop/reviews-v2']);
  expect(await found('nothing')).toEqual([]);
  expect(await found(' ')).toEqual([]);
});

test('a name that was mistyped has nearest ones', async () => {
  expect(await nearest(store, 'fronted')).toEqual([{ namespace: 'shop', workload: 'frontend' }]);
  expect((await nearest(store, 'shop/crat', 1)).map(({ workload }) => workload)).toEqual(['cart']);
  expect(await nearest(store, 'xxxxxxxx')).toEqual([]);
});

test('edit distance', () => {
  expect([distance('', 'abc'), distance('cart', 'cart'), distance('kitten', 'sitting')]).toEqual([3, 0, 3]);
});
