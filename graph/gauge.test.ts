import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Gauge } from '../probe/index.ts';
import { edgeRow, podEnd, START } from './fixtures.ts';
import { gaugeRow, openCapture, openStore, WINDOW_MICROS, writeCapture } from './index.ts';

const ALWAYS = { from: 0, to: 4e15 };

function queue(window: number, used: number): Gauge {
  return {
    kind: 'accept queue',
    time: START + window * WINDOW_MICROS + 4_000_000,
    netns: 7,
    netnsName: null,
    local: { ip: '0.0.0.0', port: 8080 },
    remote: null,
    owner: null,
    used,
    limit: 128,
    ended: 0,
  };
}

test('of each window the most is kept, and goes into a capture with its owner', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-gauge-'));
  const store = await openStore(':memory:');
  // An owner without any traffic.
  const owner = podEnd('quiet');
  await store.append({ rows: [edgeRow(0, 'web', 'cart')] });
  for (const [window, used] of [
    [0, 5],
    [0, 9],
    [1, 3],
    [9, 4],
  ] as const) {
    await store.append({ rows: [], gauges: [gaugeRow(queue(window, used), owner)] });
  }
  const expected = [9, 3, 4].map((used) => ({
    kind: 'accept queue',
    subject: '0.0.0.0:8080',
    used,
    limit: 128,
    ended: 0,
    node: { namespace: 'shop', workload: 'quiet' },
    owner: { tags: { pod: 'quiet-0' } },
  }));
  expect(await store.gauges(ALWAYS)).toMatchObject(expected);
  const file = join(folder, 'capture.duckdb');
  await writeCapture(store, file, { from: START, to: START + 2 * WINDOW_MICROS });
  await store.close();
  const capture = await openCapture(file);
  expect(await capture.gauges(ALWAYS)).toMatchObject(expected.slice(0, 2));
  await capture.close();
  await rm(folder, { recursive: true, force: true });
});

test('each queue, pair of addresses and table has a name of its own', () => {
  const named = (more: Partial<Gauge>) => gaugeRow({ ...queue(0, 1), ...more }, podEnd('web')).subject;
  expect(named({ local: { ip: '::', port: 80 } })).toBe('[::]:80');
  expect(
    named({ kind: 'local ports', local: { ip: '10.0.0.1', port: 0 }, remote: { ip: 'fd00::1', port: 443 } }),
  ).toBe('10.0.0.1 → [fd00::1]:443');
  expect(named({ kind: 'connection tracking', local: null })).toBe('network namespace 7');
  expect(named({ kind: 'connection tracking', local: null, netnsName: 'n1' })).toBe('network namespace n1');
});
