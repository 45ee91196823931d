import { expect, test } from 'vitest';
import { createPairs } from './pairs.ts';

const ISN = { client: 4_000_000_000, server: 7 };
const CLIENT = { ip: '10.1.0.2', port: 40_000 };
const SERVER = { ip: '10.2.0.7', port: 8080 };

test('each end is told the address the other has', () => {
  const pairs = createPairs();
  pairs.add(ISN, 'client', CLIENT);
  expect(pairs.peer(ISN, 'client')).toBeNull();
  pairs.add(ISN, 'server', SERVER);
  expect(pairs.peer(ISN, 'client')).toEqual(SERVER);
  expect(pairs.peer(ISN, 'server')).toEqual(CLIENT);
  expect(pairs.peer({ client: 7, server: 4_000_000_000 }, 'client')).toBeNull();
});

test('a pair is kept while an end of it may still be told of, and no longer', () => {
  const pairs = createPairs();
  const both = (client: number) => {
    pairs.add({ client, server: 1 }, 'client', CLIENT);
    pairs.add({ client, server: 1 }, 'server', SERVER);
  };
  both(1);
  pairs.end({ client: 1, server: 1 }, 0);
  pairs.end({ client: 1, server: 1 }, 0);
  both(2);
  pairs.end({ client: 2, server: 1 }, 0);
  pairs.add({ client: 3, server: 1 }, 'client', CLIENT);
  pairs.end({ client: 3, server: 1 }, 0);
  expect(pairs.peer({ client: 1, server: 1 }, 'client')).toEqual(SERVER);
  const sizes = [0, 2_000_000, 3_000_000, 29_000_000, 30_000_000].map((now) => {
    pairs.expire(now);
    return pairs.size;
  });
  expect(sizes).toEqual([2, 2, 1, 1, 0]);
});

test('connections whose numbers differ in a few bits only are not taken for each other', () => {
  const pairs = createPairs();
  pairs.add({ client: 9, server: 2048 }, 'client', CLIENT);
  expect(pairs.peer({ client: 9, server: 2049 }, 'server')).toBeNull();
  pairs.add({ client: 9, server: 2049 }, 'server', SERVER);
  expect(pairs.peer({ client: 9, server: 2049 }, 'client')).toEqual(SERVER);
  expect(pairs.peer({ client: 9, server: 2049 }, 'server')).toBeNull();
});

test('there are never more than the limit', () => {
  const pairs = createPairs(3);
  for (let client = 0; client < 10; client++) pairs.add({ client, server: 1 }, 'client', CLIENT);
  expect(pairs.size).toBe(3);
});
