import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EdgeRow, EdgeStore, GaugeRow } from '../../graph/index.ts';
import { WINDOW_MICROS } from '../../graph/index.ts';
import { histogramOf } from '../../probe/index.ts';
import { pod, row, START, storeOf } from '../events/fixtures.ts';
import { randomOf } from '../testing/random.ts';
import { type Capacity, type CapacityItem, capacityOf } from './index.ts';

const LENGTH = 120;
const HOUR = 3_600_000_000;
const PATIENCE = 600_000;
const random = randomOf(3);
const windows = Array.from({ length: LENGTH }, (_, i) => i);

function gauge(
  kind: GaugeRow['kind'],
  owner: string,
  limit: number,
  used: (window: number) => number,
  ended = 0,
): GaugeRow[] {
  return windows.map((window) => ({
    window: START + window * WINDOW_MICROS,
    kind,
    owner: pod(owner),
    subject: `${kind} of ${owner}`,
    used: Math.max(0, Math.round(used(window))),
    limit,
    ended,
  }));
}

const GAUGES = [
  // From 20 to 80 of 128, scattered.
  gauge('accept queue', 'slow', 129, (i) => 20 + i / 2 + 3 * random.normal()),
  // Nearly all ports, and no more from one window to the next.
  gauge('local ports', 'eager', 28_232, () => 26_000 + 300 * random.normal(), 20_000),
  gauge('connection tracking', 'busy', 1000, (i) => (i === LENGTH - 1 ? 1000 : 300)),
  // Comes and goes.
  gauge(
    'connection tracking',
    'calm',
    262_144,
    (i) => 40_000 + 9000 * Math.sin(i / 7) + 2000 * random.normal(),
  ),
].flat();

/** Answers in 10 ms when idle, and as a queue with one server does below 50 requests a second. */
function loaded(window: number, rate: number): EdgeRow {
  const mean = 10_000 / (1 - rate / 50);
  const times = Array.from({ length: 60 }, () => mean * (0.7 + 0.6 * random.next()));
  return row(window, pod('web'), pod('single'), {
    requests: Math.round(rate * 10),
    latency: histogramOf(times),
  });
}

const ROWS = [
  windows.map((i) => loaded(i, 10 + 0.15 * i + 2 * random.next())),
  // Every window three more stay open than are closed.
  windows.map((i) => row(i, pod('leaky'), pod('db'), { opened: 20, closed: 17 }, 5432)),
  windows.map((i) => row(i, pod('tidy'), pod('db'), { opened: 20, closed: i === 0 ? 0 : 20 }, 5432)),
].flat();

let store: EdgeStore;
let found: Capacity;
const of = (subject: string): CapacityItem => found.items.find((item) => item.subject.workload === subject)!;

beforeAll(async () => {
  store = await storeOf(ROWS, LENGTH);
  await store.append({ rows: [], gauges: GAUGES });
  found = (await capacityOf(store))!;
}, PATIENCE);
afterAll(() => store?.close());

describe('what is about to break', () => {
  test('each that is, what breaks first at the top, and nothing that is not', () => {
    expect(found.items.map(({ subject }) => subject.workload)).toEqual([
      'busy',
      'slow',
      'single',
      'eager',
      'leaky',
    ]);
    expect(found.more).toBe(0);
  });

  test('a queue that fills up, with the time left', () => {
    const queue = of('slow');
    expect(queue).toMatchObject({ kind: 'accept queue', state: 'filling', instance: 'slow-1' });
    // 0.5 in ten seconds, from 80 to 129.
    const truth = ((129 - 79.5) / 0.5) * WINDOW_MICROS;
    expect(queue.timeLeft!.low).toBeLessThan(truth);
    expect(queue.timeLeft!.high).toBeGreaterThan(truth);
    expect(queue.timeLeft!.estimate / truth).toBeCloseTo(1, 0);
    expect(queue.perHour!.estimate).toBeCloseTo(180, -1.5);
    expect(queue.text).toMatch(
      /^The accept queue of shop\/slow \(slow-1\) .* of 129 .*; it lasts 1\d minutes/,
    );
  });

  test('what is full or nearly so needs no trend', () => {
    expect(of('busy')).toMatchObject({ state: 'full', used: 1000, timeLeft: null });
    expect(of('eager')).toMatchObject({ state: 'near', timeLeft: null, ended: 20_000 });
    expect(of('eager').text).toContain('20,000 by connections that have ended');
  });

  test('latency that rises with the load says where it ends', () => {
    const load = of('single');
    expect(load).toMatchObject({ kind: 'load', state: 'filling' });
    expect(load.limit!.estimate).toBeGreaterThan(40);
    expect(load.limit!.estimate).toBeLessThan(60);
    // 0.15 a second more in each window, from 28 to 50.
    expect(load.timeLeft!.estimate).toBeLessThan(HOUR);
  });

  test('connections that gather have no limit, and are told', () => {
    expect(of('leaky')).toMatchObject({ kind: 'open connections', state: 'growing', used: 360, limit: null });
    expect(of('leaky').perHour!.estimate).toBeCloseTo(1080, -1);
  });
});

test(
  'an empty store has nothing to break, and what was read long ago is over',
  async () => {
    const empty = await storeOf([], 0);
    expect(await capacityOf(empty)).toBeNull();
    await empty.close();
    const later = await storeOf([row(LENGTH + 10, pod('web'), pod('db'), { requests: 1 })], LENGTH + 11);
    await later.append({ rows: [], gauges: GAUGES });
    expect((await capacityOf(later))!.items).toEqual([]);
    await later.close();
  },
  PATIENCE,
);

test(
  'steady noise fills nothing up more often than the nominal rate',
  async () => {
    let told = 0;
    for (let world = 0; world < 12; world++) {
      const noisy = await storeOf([row(LENGTH - 1, pod('web'), pod('db'), { requests: 1 })], LENGTH);
      const level = 50 + 900 * random.next();
      let drift = 0;
      await noisy.append({
        rows: [],
        gauges: Array.from({ length: 10 }, (_, i) =>
          gauge('accept queue', `w${i}`, 2000, () => {
            drift = 0.6 * drift + 20 * random.normal();
            return level + drift;
          }),
        ).flat(),
      });
      if ((await capacityOf(noisy))!.items.length > 0) told++;
      await noisy.close();
    }
    // Nominal 5 %: more than 3 of 12 have a chance of 1 in 500.
    expect(told).toBeLessThanOrEqual(3);
  },
  PATIENCE,
);
