import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { edgeRow, podEnd, START } from './fixtures.ts';
import { openStore, WINDOW_MICROS } from './index.ts';

test('the SQL of an edge gives its rows to anybody with the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-rows-'));
  try {
    const file = join(folder, 'store.duckdb');
    const store = await openStore(file);
    const odd = podEnd("o'front; DROP TABLE fact");
    const row = (window: number, requests: number) => ({
      ...edgeRow(window, '', 'cart', { requests, bytesSent: 10 }),
      client: odd,
    });
    await store.append({ rows: [row(0, 1), row(1, 2), row(1, 3), row(2, 9), edgeRow(1, 'front', 'cart')] });
    const period = { from: START, to: START + 2 * WINDOW_MICROS };
    const [edge] = (await store.edges(period)).filter(({ client }) => client.workload.startsWith('o'));
    const sql = store.rowsQuery(period, edge!);
    await store.close();

    const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    connection.closeSync();
    instance.closeSync();
    expect(rows.map((found) => [found.window, found.server_pod, found.requests, found.bytes_sent])).toEqual([
      ['2025-10-09 08:53:20', 'cart-0', '1', '10'],
      ['2025-10-09 08:53:30', 'cart-0', '5', '20'],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
