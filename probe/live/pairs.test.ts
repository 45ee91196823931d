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

test('half a minute after the first end it is forgotten, and there are never more than the limit', () => {
  const pairs = createPairs(3);
  pairs.add(ISN, 'client', CLIENT);
  pairs.end(ISN, 0);
  pairs.expire(29_000_000);
  expect(pairs.size).toBe(1);
  pairs.expire(31_000_000);
  expect(pairs.size).toBe(0);
  for (let client = 0; client < 10; client++) pairs.add({ client, server: 1 }, 'client', CLIENT);
  expect(pairs.size).toBe(3);
});
