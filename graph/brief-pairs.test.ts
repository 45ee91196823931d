import { expect, test } from 'vitest';
import type { NamedFlow } from '../enrich/index.ts';
import { EMPTY_HISTOGRAM, histogramOf } from '../probe/index.ts';
import { createAssembly } from './assembly.ts';
import { pair, START } from './fixtures.ts';
import { openStore } from './index.ts';

const INFO = { lost: 0, expectedNodes: [], probeNode: 'n0' };
const CONNECTIONS = 3;

async function storeOf(...batches: readonly (readonly NamedFlow[])[]) {
  const store = await openStore(':memory:');
  const assembly = createAssembly(store);
  await assembly.tick(START, INFO);
  for (const batch of batches) assembly.add(batch);
  await assembly.tick(START + 3_000_000, INFO);
  await assembly.flush();
  const leaves = await store.leaves({ from: 0, to: 4e15 });
  const coverage = await store.coverage({ from: 0, to: 4e15 });
  const { counters } = assembly;
  await store.close();
  return {
    leaves,
    met: counters.met,
    remembered: counters.ends,
    seen: coverage.reduce((sum, row) => sum + row.seen, 0),
  };
}

const ofClient = { bytesSent: 10, requests: 1, latency: histogramOf([500]) };
const ofServer = { bytesReceived: 10, requests: 1, wait: histogramOf([20]), service: histogramOf([300]) };

function together() {
  const { client, server } = pair();
  const brief = { pair: 7, connections: CONNECTIONS, rtt: histogramOf([90, 90, 90]) };
  const all = { opened: CONNECTIONS, closed: CONNECTIONS, isn: null };
  const times = (flow: typeof ofClient | typeof ofServer) =>
    Object.fromEntries(
      Object.entries(flow).map(([name, value]) => [
        name,
        typeof value === 'number'
          ? CONNECTIONS * value
          : { ...value, counts: value.counts.map((count) => CONNECTIONS * count) },
      ]),
    );
  return [
    client({ ...all, ...times(ofClient), brief: { ...brief, connect: histogramOf([70, 70, 70]) } }),
    server({ ...all, ...times(ofServer), brief: { ...brief, connect: EMPTY_HISTOGRAM } }),
  ];
}

function singly() {
  const state = { opened: 1, closed: 1, rttMicros: 90 };
  return Array.from({ length: CONNECTIONS }, () => pair()).flatMap(({ client, server }) => [
    client({ ...state, ...ofClient, connectMicros: 70 }),
    server({ ...state, ...ofServer }),
  ]);
}

test('connections told together count as those told one by one', async () => {
  const [one, other] = [await storeOf(together()), await storeOf(singly())];
  expect(one).toMatchObject({ met: CONNECTIONS, seen: 2 * CONNECTIONS, remembered: 0 });
  expect(one.seen).toBe(other.seen);
  expect(one.met).toBe(other.met);
  expect(one.leaves).toEqual(other.leaves);
});

test('a side whose other never comes counts by itself', async () => {
  const [client] = together();
  const { leaves, seen } = await storeOf([client!]);
  expect(seen).toBe(CONNECTIONS);
  expect(leaves.map(({ counts }) => [counts.opened, counts.requests])).toEqual([[CONNECTIONS, CONNECTIONS]]);
});
