import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { START } from './fixtures.ts';
import { type AnomalyRow, openCapture, openStore, writeCapture } from './index.ts';

const ANOMALY: AnomalyRow = {
  id: 'shop/front>shop/cart:8080 errors 1',
  edge: {
    client: { namespace: 'shop', workload: 'front' },
    server: { namespace: 'shop', workload: "o'cart" },
    port: 8080,
  },
  channel: 'errors',
  signal: 'errors',
  onset: START,
  opened: START + 120_000_000,
  seen: START + 180_000_000,
  ended: null,
  lasting: false,
  was: 0.001,
  is: 0.25,
  unit: 'share',
  bad: 250,
  total: 1000,
  requests: 900,
  evidence: 31.5,
  p: 1e-9,
  stepMicros: 60_000_000,
};

test('an anomaly is kept once, as it was last told, and found in every period it reaches into', async () => {
  const store = await openStore(':memory:');
  const level: AnomalyRow = {
    ...ANOMALY,
    id: 'other',
    bad: null,
    was: null,
    onset: START + 600_000_000,
    seen: START + 700_000_000,
  };
  await store.putAnomalies([ANOMALY, level]);
  await store.putAnomalies([{ ...ANOMALY, seen: START + 240_000_000, ended: START + 240_000_000 }]);
  expect(await store.anomalies({ from: 0, to: 4e15 })).toEqual([
    { ...ANOMALY, seen: START + 240_000_000, ended: START + 240_000_000 },
    level,
  ]);
  expect(await store.anomalies({ from: START + 239_000_000, to: START + 300_000_000 })).toHaveLength(1);
  expect(await store.anomalies({ from: START + 240_000_000, to: START + 600_000_000 })).toEqual([]);
  await store.close();
});

test('a capture takes the anomalies of its period along, and not what was kept for a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-anomalies-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = await openStore(join(folder, 'store.duckdb'));
  await store.putAnomalies([ANOMALY, { ...ANOMALY, id: 'later', onset: START + 3e9, seen: START + 4e9 }]);
  await store.keep('scores', Uint8Array.of(1, 2, 255));
  await store.keep('scores', Uint8Array.of(3, 0, 255));
  expect(await store.kept('scores')).toEqual(Uint8Array.of(3, 0, 255));
  expect(await store.kept('else')).toBeNull();
  const file = join(folder, 'capture.duckdb');
  await writeCapture(store, file, { from: START, to: START + 1e9 });
  await store.close();
  const capture = await openCapture(file);
  expect((await capture.anomalies({ from: 0, to: 4e15 })).map(({ id }) => id)).toEqual([ANOMALY.id]);
  expect(await capture.kept('scores')).toBeNull();
  await capture.close();
});
