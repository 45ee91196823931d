import { expect, test } from 'vitest';
import { type Disturbance, EdgeStream, habits, MONDAY } from '../../bench/scoring/generate.ts';
import { type EdgeStore, openStore } from '../../graph/index.ts';
import { watchStore } from './index.ts';

const MINUTE = 60_000_000;
const HABIT = { ...habits(1, 1)[0]!, rate: 60, rhythm: 0, errors: 0.002 };

/** One row a minute: the store takes a minute's counts in its first window. */
async function write(store: EdgeStore, stream: EdgeStream, minute: number, disturbed: Disturbance = {}) {
  const window = MONDAY + minute * MINUTE;
  const edge = stream.step(window, disturbed);
  if (edge === null) return;
  const end = (workload: string) => ({
    resolution: 'process' as const,
    tags: { namespace: 'shop', workload },
    candidates: [],
  });
  const { client, server, port, counts } = edge;
  const row = { window, client: end(client.workload), server: end(server.workload), port, counts };
  const coverage = { window, node: 'n', reporting: true, seen: 1, lost: 0, ends: 1, unresolved: 0, level: 0 };
  await store.append({ rows: [row], coverage: [coverage] });
}

test('a store is scored as it grows, its anomalies are kept in it, and a restart goes on where it was', async () => {
  const store = await openStore(':memory:');
  const stream = new EdgeStream(HABIT, 3);
  const now = (minute: number) => MONDAY + minute * MINUTE + 20_000_000;
  for (let minute = 0; minute < 20; minute++) await write(store, stream, minute);
  const first = await watchStore(store);
  expect(first.past.from).toBeNull();
  await first.tick(now(20));
  expect(first.past).toMatchObject({ from: MONDAY, steps: 20, edges: 1 });
  expect(first.past.ready).toBeGreaterThan(5);
  await first.stop();

  const second = await watchStore(store);
  expect(second.past).toEqual(first.past);
  for (let minute = 20; minute < 26; minute++) {
    await write(store, stream, minute, { errors: 0.3 });
    await second.tick(now(minute + 1));
  }
  const [open] = second.open.filter(({ signal }) => signal === 'errors');
  expect(Math.abs((open!.onset - MONDAY) / MINUTE - 20)).toBeLessThanOrEqual(1);
  const kept = await store.anomalies({ from: MONDAY, to: MONDAY + 60 * MINUTE });
  expect(kept.filter(({ signal }) => signal === 'errors')).toEqual([open]);
  await store.close();
});
