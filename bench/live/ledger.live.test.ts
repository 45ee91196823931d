import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { type EdgeStore, openStore } from '../../graph/index.ts';
import { startWorld, type World } from '../world/index.ts';
import { startUp } from './faultline.ts';
import { linesOfLedger, linesOfTable, sumOfLines } from './table.ts';

const NEEDS = ['root', 'btf', 'addon', 'bpf', 'ip', 'iptables', 'redis-server', 'gcc'] as const;
const CONNECTIONS = 20_000;
const RATE = 40;
const ROUND = 400;

describe('twenty thousand connections of the world', () => {
  let world: World;
  let folder: string;
  let store: EdgeStore;
  let made = 0;

  beforeAll(async () => {
    if (missing(...NEEDS) !== null) return;
    folder = await mkdtemp(join(tmpdir(), 'faultline-ledger-'));
    world = await startWorld({ requestsPerConnection: 3 });
    const path = join(folder, 'store.duckdb');
    const up = await startUp({ netns: [world.netnsPattern], server: world.apiUrl, store: path });
    // Failures belong to the ledger too: answers of 5xx, and a dependency that refuses for a while.
    const errors = await world.inject('bad-version');
    while (made < CONNECTIONS) {
      await world.drive(RATE, ROUND);
      made = sumOfLines(linesOfLedger(await world.ledger())).connections;
    }
    await errors.undo();
    const refusing = await world.inject('refuses');
    await world.drive(RATE, ROUND / 4);
    await refusing.undo();
    await world.quiesce();
    expect(await up.stop()).toBe(0);
    store = await openStore(path, { readOnly: true });
  });

  afterAll(async () => {
    await store?.close();
    await world?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test('the edge table equals the ledger: connections, requests and failures per pod pair and port', async (context) => {
    needs(context, ...NEEDS);
    const table = await linesOfTable(store);
    const ledger = linesOfLedger(await world.ledger());
    const sum = sumOfLines(ledger);
    console.log(`ledger ${JSON.stringify(sum)}, table ${JSON.stringify(sumOfLines(table))}`);
    expect(sum.connections).toBeGreaterThanOrEqual(CONNECTIONS);
    expect(sum.failedRequests).toBeGreaterThan(0);
    expect(sum.failedConnects).toBeGreaterThan(0);
    expect(withServices(table, ledger)).toEqual(ledger);
  });

  test('nothing was lost, and every end was named by the pod it belongs to', async (context) => {
    needs(context, ...NEEDS);
    const range = await store.range();
    expect(range).not.toBeNull();
    const coverage = await store.coverage(range!);
    const sum = (field: 'seen' | 'lost' | 'ends' | 'unresolved') =>
      coverage.reduce((total, row) => total + row[field], 0);
    console.log(
      `seen ${sum('seen')}, lost ${sum('lost')}, ends ${sum('ends')}, unresolved ${sum('unresolved')}`,
    );
    expect(sum('lost')).toBe(0);
    expect(sum('unresolved')).toBe(0);
    const pods = new Set(world.pods().map(({ name }) => name));
    for (const { client, server } of await store.leaves(range!)) {
      expect(pods).toContain(client.tags.pod);
      expect(pods).toContain(server.tags.pod);
    }
  });
});

/**
 * The ledger cannot say which pod refused a connection, the table can (address translation names it): such lines of the table are
 * brought to the ledger's grain, and only those.
 */
function withServices(
  table: Awaited<ReturnType<typeof linesOfTable>>,
  ledger: ReturnType<typeof linesOfLedger>,
) {
  const result: Record<string, (typeof table)[string]> = {};
  const add = (key: string, line: (typeof table)[string]): void => {
    const old = result[key] ?? { connections: 0, requests: 0, failedRequests: 0, failedConnects: 0 };
    result[key] = {
      connections: old.connections + line.connections,
      requests: old.requests + line.requests,
      failedRequests: old.failedRequests + line.failedRequests,
      failedConnects: old.failedConnects + line.failedConnects,
    };
  };
  for (const [key, line] of Object.entries(table)) {
    const [client, server = '', port] = key.split(' ');
    const service = `${client} service:${workloadOf(server)} ${port}`;
    if (line.failedConnects > 0 && ledger[service] !== undefined) {
      add(service, { connections: 0, requests: 0, failedRequests: 0, failedConnects: line.failedConnects });
      const rest = { ...line, failedConnects: 0 };
      if (Object.values(rest).some((count) => count > 0)) add(key, rest);
    } else add(key, line);
  }
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `payment-7d9f8b6c5d-x2x4z` → `payment`: pod names of Deployments end with two generated parts. */
const workloadOf = (pod: string): string => pod.split('-').slice(0, -2).join('-');
