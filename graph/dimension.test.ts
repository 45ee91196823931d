import { expect, test } from 'vitest';
import type { Endpoint } from '../enrich/index.ts';
import { openDatabase } from './database.ts';
import { loadDimension } from './dimension.ts';
import { podEnd, UNKNOWN } from './fixtures.ts';
import { openStore, workloadOf } from './index.ts';
import { createSchema } from './schema-check.ts';

async function dimension(limit?: number) {
  const database = await openDatabase(':memory:', false);
  await database.write(createSchema);
  return {
    database,
    dimension: await database.read((connection) => loadDimension(connection, 'test', limit)),
  };
}

test('equal endpoints are one row, whoever made them and in whatever order their tags are', async () => {
  const store = await openStore(':memory:');
  const row = store.intern(podEnd('cart'));
  expect(store.intern(podEnd('cart'))).toBe(row);
  expect(store.intern(row)).toBe(row);
  const reversed = Object.fromEntries(Object.entries(podEnd('cart').tags).reverse());
  expect(store.intern({ ...podEnd('cart'), tags: reversed })).toBe(row);
  expect(store.intern({ ...podEnd('cart'), resolution: 'pod-ip' })).not.toBe(row);
  expect(store.intern({ ...podEnd('cart'), candidates: ['a'] })).not.toBe(row);
  expect(store.intern(podEnd('cart', 1))).not.toBe(row);
  await store.close();
});

test('rows survive, with candidates and without tags, and failed writes are written later', async () => {
  const { database, dimension: first } = await dimension();
  const endpoints: Endpoint[] = [
    podEnd('cart'),
    { resolution: 'unresolved', tags: {}, candidates: ['a', 'b'] },
    { resolution: 'node', tags: { node: 'n1' }, candidates: [] },
  ];
  const rows = endpoints.map((endpoint) => first.intern(endpoint));
  const failing = database.write(async (connection) => {
    await first.save(connection);
    throw new Error('after the rows');
  });
  await expect(failing).rejects.toThrow();
  await database.write(
    (connection) => first.save(connection),
    (saved) => saved.written(),
  );
  const second = await database.read((connection) => loadDimension(connection, 'test'));
  expect(endpoints.map((endpoint) => second.intern(endpoint))).toEqual(rows);
  await database.close();
});

test('a full dimension folds what makes endpoints many, and counts it', async () => {
  const { database, dimension: full } = await dimension(2);
  const known = [full.intern(podEnd('cart', 1)), full.intern(podEnd('cart', 2))];
  const folded = [3, 4, 5].map((replica) => full.intern(podEnd('cart', replica, { node: 'n1', zone: 'a' })));
  expect(new Set(folded.map(({ id }) => id)).size).toBe(1);
  expect(folded[0]!.tags).toMatchObject({ workload: 'cart', node: 'n1' });
  expect(folded[0]!.tags.pod).toBeUndefined();
  expect(full.intern(UNKNOWN).tags).toEqual({ address: 'other' });
  expect(full.intern(podEnd('cart', 1))).toBe(known[0]);
  expect(full.folded).toBe(4);
  await database.close();
});

test('what is no workload has a readable name that is not one', () => {
  const named = (endpoint: Partial<Endpoint>) =>
    workloadOf({ resolution: 'unresolved', tags: {}, candidates: [], ...endpoint });
  expect(named(podEnd('cart'))).toEqual({ namespace: 'shop', workload: 'cart' });
  expect(named({ resolution: 'service', tags: { namespace: 'shop', service: 'cart' } }).workload).toBe(
    'cart.shop',
  );
  expect(named({ resolution: 'node', tags: { node: 'n1', address: '10.0.0.1' } }).workload).toBe('n1');
  expect(named({ resolution: 'dns', tags: { address: 'db.example.com' } })).toEqual({
    namespace: '',
    workload: 'db.example.com',
  });
  expect(named({ tags: { address: '203.0.113.9', node: 'n1' } }).workload).toBe('203.0.113.9');
  expect(named({ candidates: ['a', 'b'] }).workload).toBe('a');
  expect(named({}).workload).toBe('unknown');
});
