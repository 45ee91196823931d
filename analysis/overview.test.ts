import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EdgeStore, openStore } from '../graph/index.ts';
import { edgeId } from './keys.ts';
import { overview, statuses } from './overview.ts';
import { into } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { START, simulate } from './testing/simulate.ts';
import { answerOf } from './testing/worlds.ts';
import { why } from './why.ts';

const ROWS = simulate({
  seed: 4,
  seconds: 120,
  onset: 90,
  faults: [{ hits: into('payment', ({ version }) => version === 'v2'), fails: 0.3 }],
});
const CHECKOUT = { namespace: 'shop', workload: 'checkout' };

describe('on a real store', () => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await openStore(':memory:');
    await store.append({ rows: ROWS });
  });
  afterAll(() => store.close());

  test('the overview names what is off, worst first', async () => {
    const board = (await overview(store))!;
    expect(board.period).toEqual({ from: START + 90_000_000, to: START + 120_000_000 });
    const felt = board.signals.map(
      ({ edge, signal }) => `${edge.client.workload} ${edge.server.workload} ${signal}`,
    );
    expect(felt[0]).toBe('checkout payment errors');
    expect(board.workloads.map(({ workload }) => workload)).toContain('payment');
  });

  test('every edge has a status, with the signal that says so', async () => {
    const edges = await statuses(store);
    const status = new Map(
      edges.map((edge) => [`${edge.edge.client.workload} ${edge.edge.server.workload}`, edge]),
    );
    expect(status.get('checkout payment')).toMatchObject({
      status: 'bad',
      signal: { signal: 'errors', unit: 'share' },
    });
    expect(status.get('cart redis')).toMatchObject({ status: 'ok', signal: null });
    expect(edges[0]!.status).toBe('bad');
  });

  test('why gives the same answer as on the rows in memory, and rows that can be run', async () => {
    const report = await why(store, { service: CHECKOUT });
    const twin = await why(memoryReader(ROWS), { service: CHECKOUT });
    expect(report.findings.map(answerOf)).toEqual([
      { origin: 'checkout > payment', domain: 'server version=v2', mechanism: 'errors' },
    ]);
    const bare = ({ rows, ...rest }: (typeof report.findings)[number]) => rest;
    expect(report.findings.map(bare)).toEqual(twin.findings.map(bare));
    expect(report.findings[0]!.rows).toMatch(/^SELECT/i);
  });

  test('before the onset all is well', async () => {
    const edges = await statuses(store, START + 90_000_000);
    expect(edges.filter(({ status }) => status === 'bad')).toEqual([]);
  });
});

test('an empty store has no overview and no statuses', async () => {
  expect(await overview(memoryReader([]))).toBeNull();
  expect(await statuses(memoryReader([]))).toEqual([]);
});

test('an edge that falls silent while it was in steady use is told as vanished', async () => {
  const rows = simulate({ seed: 12, seconds: 150 }).filter(
    ({ window, client, server }) =>
      !(
        window >= START + 100_000_000 &&
        client.tags.workload === 'frontend' &&
        server.tags.workload === 'ad'
      ),
  );
  const period = { from: START + 100_000_000, to: START + 150_000_000 };
  const board = (await overview(memoryReader(rows), period))!;
  const vanished = board.signals.filter(({ signal }) => signal === 'vanished');
  expect(vanished.map(({ edge }) => edgeId(edge))).toEqual(['shop/frontend>shop/ad:9555']);
  expect(vanished[0]).toMatchObject({ is: 0, unit: 'per second' });
});
