import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EdgeRow, EdgeStore } from '../../graph/index.ts';
import { WINDOW_MICROS } from '../../graph/index.ts';
import { randomOf } from '../testing/random.ts';
import { address, NOW, PAST, PERIOD, pod, row, START, steady, storeOf } from './fixtures.ts';
import { EVENT_KINDS, type EventKind, eventsOf, type Observations, type ObservedEvent } from './index.ts';

/** For machines with other things to do. */
const PATIENCE = 600_000;

const windows = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
const always = windows(0, PAST + NOW);

/** What happens in one hour and twenty minutes, each to a workload of its own, beside traffic as ever. */
const HAPPENINGS: readonly (readonly EdgeRow[])[] = [
  steady(randomOf(7)),
  // A new edge of old workloads.
  windows(PAST + 40, PAST + NOW, 3).map((window) =>
    row(window, pod('caller1'), pod('ledger'), { opened: 2, closed: 2, requests: 5 }, 5432),
  ),
  // An edge that falls silent, with its client.
  windows(0, PAST + 60).map((window) =>
    row(window, pod('batch'), pod('queue'), { requests: 4 + (window % 5) }),
  ),
  // One that only rests, as it always did.
  windows(0, PAST + 60, 50).map((window) => row(window, pod('seldom'), pod('queue'), { requests: 400 })),
  // A rollout.
  always.map((window) =>
    row(window, pod('web'), pod('api'), { requests: 20, opened: window % 4 === 0 ? 1 : 0 }),
  ),
  windows(PAST + 60, PAST + NOW).map((window) =>
    row(window, pod('web'), pod('api', { version: 'v2', image: 'shop/api:v2', pod: 'api-2' }), {
      requests: 10,
    }),
  ),
  // Somebody starts curl in a container.
  windows(PAST + 80, PAST + 90).map((window) =>
    row(window, pod('web', { process: 'curl' }), pod('api'), { opened: 3, closed: 3 }),
  ),
  // 200 ports of one end are tried, and refused.
  windows(0, 200).map((port) =>
    row(PAST + 70 + (port >> 6), pod('caller2'), pod('server3'), { refused: 1 }, 1000 + port),
  ),
  // One wrong address in a configuration, tried again and again.
  always.map((window) => row(window, pod('lost'), pod('api'), { requests: 3 })),
  windows(PAST, PAST + NOW).map((window) => row(window, pod('lost'), address('10.9.9.9'), { refused: 40 })),
  // Many addresses outside, from a workload that never left the cluster.
  windows(0, PAST + NOW, 2).map((window) => row(window, pod('homely'), pod('api'), { opened: 1, closed: 1 })),
  windows(PAST + 60, PAST + 80).map((window) =>
    row(window, pod('homely'), address(`8.8.${window % 7}.4`), { opened: 1, bytesSent: 5000 }, 443),
  ),
  // And from one that always did.
  always.map((window) => row(window, pod('worldly'), address(`8.9.${window % 250}.4`), { opened: 1 }, 443)),
  // A volume.
  always.map((window) =>
    row(window, pod('copier'), pod('disk'), { bytesSent: 20_000 + 500 * (window % 13) }),
  ),
  [row(PAST + 50, pod('copier'), pod('disk'), { bytesSent: 40_000_000 })],
];

let seen: Observations;
const of = (kind: EventKind): ObservedEvent => seen.events.find((event) => event.kind === kind)!;

beforeAll(async () => {
  const store = await storeOf(HAPPENINGS.flat());
  seen = await eventsOf(store, PERIOD);
  await store.close();
}, PATIENCE);

describe('what is told', () => {
  test('each happening once, and nothing else', () => {
    expect(seen.missing).toBeNull();
    expect(seen.events.map(({ kind }) => kind)).toEqual(EVENT_KINDS);
    expect(seen.usualNewEdges).toBeLessThan(2);
  });

  test('an edge that was never there before, with what it carried', () => {
    expect(of('new edge')).toMatchObject({
      subject: { client: { workload: 'caller1' }, server: { workload: 'ledger' }, port: 5432 },
      at: START + (PAST + 40) * WINDOW_MICROS,
      counts: { connections: 54, requests: 135, binsActive: 27, binsSince: 80, binsBefore: PAST },
    });
    expect(of('new edge').text).toBe(
      'shop/caller1 → shop/ledger :5432 is new since 12:06:40 (27 of 80 intervals of 10 seconds), never in 400 intervals before: 54 connections and 135 requests.',
    );
  });

  test('an edge that fell silent, and whose client went with it', () => {
    expect(of('vanished edge')).toMatchObject({
      subject: { client: { workload: 'batch' } },
      at: START + (PAST + 60) * WINDOW_MICROS,
      counts: { seen: 0, binsSilent: NOW - 61 },
    });
    expect(of('vanished edge').counts.expected).toBeGreaterThan(300);
    expect(of('vanished edge').text).toContain('shop/batch called nobody else since either');
  });

  test('a new version, its image and a new process in a container', () => {
    expect(of('new version')).toMatchObject({ what: 'v2', subject: { workload: 'api' } });
    expect(of('new image')).toMatchObject({ what: 'shop/api:v2' });
    expect(of('new process')).toMatchObject({
      what: 'curl',
      subject: { workload: 'web' },
      counts: { connections: 30, others: 1 },
    });
    expect(of('new process').text).toMatch(
      /^shop\/web, container main, opens connections .* curl, .*; before only node\.$/,
    );
  });

  test('a scan of 200 refused ports, with its counts and no verdict', () => {
    expect(of('failed fan-out')).toMatchObject({
      subject: { namespace: 'shop', workload: 'caller2' },
      counts: { targets: 200, ends: 1, ports: 200, failures: 200, refused: 200, mostBefore: 0 },
    });
    expect(of('failed fan-out').text).toContain('200 targets');
    for (const { text } of seen.events) expect(text).not.toMatch(/attack|scan|malicious|hostile/i);
  });

  test('the first peers outside, once for all their addresses', () => {
    expect(of('first outside peer')).toMatchObject({
      subject: { workload: 'homely' },
      counts: { connections: 20, bytes: 100_000, ports: 1 },
    });
  });

  test('a volume far above the past', () => {
    expect(of('volume')).toMatchObject({ what: 'bytes', counts: { mostBefore: 26_000 } });
    expect(of('volume').text).toContain('carried 40 MB in 10 seconds');
  });
});

describe('what cannot be told', () => {
  const watched = (from: number, to: number) =>
    windows(from, to).map((window) => ({
      window: START + window * WINDOW_MICROS,
      node: 'n1',
      reporting: true,
      seen: 1,
      lost: 0,
      ends: 1,
      unresolved: 0,
      level: 0,
    }));

  test(
    'without history nothing is new, and windows in which nobody watched are no history',
    async () => {
      const store = await storeOf([row(0, pod('web'), pod('api'), { requests: 9 })], 1);
      const first = { from: START, to: START + WINDOW_MICROS };
      expect(await eventsOf(store, first)).toMatchObject({
        events: [],
        missing: '0 of 20 intervals of history are there',
      });
      expect(await eventsOf(store, { from: 0, to: 1e6 })).toMatchObject({
        missing: 'nothing was recorded in this period',
      });
      await expect(eventsOf(store, { from: 2, to: 1 })).rejects.toMatchObject({ code: 'FL-402' });
      await store.append({ rows: [], coverage: watched(PAST, PAST + NOW) });
      expect((await eventsOf(store, PERIOD)).missing).toBe('1 of 20 intervals of history are there');
      await store.close();
    },
    PATIENCE,
  );

  test(
    'more than anybody reads is counted',
    async () => {
      const many = windows(0, 60).flatMap((edge) =>
        windows(PAST + 20, PAST + NOW, 10).map((window) =>
          row(window, pod('crowd'), pod(`s${edge}`), { opened: 1 }),
        ),
      );
      const store = await storeOf(many);
      const { events, counts } = await eventsOf(store, PERIOD);
      await store.close();
      expect(counts['new edge']).toEqual({ told: 60, unsure: 0 });
      expect(events.filter(({ kind }) => kind === 'new edge')).toHaveLength(50);
    },
    PATIENCE,
  );
});

describe('over many periods', () => {
  const LENGTH = 2000;
  let store: EdgeStore;
  const during = (window: number) => ({
    from: START + window * WINDOW_MICROS,
    to: START + (window + NOW) * WINDOW_MICROS,
  });

  beforeAll(async () => {
    const slow = windows(0, 100).map((port) =>
      row(LENGTH + port, pod('caller2'), pod('server3'), { timedOut: 1 }, 1000 + port),
    );
    store = await storeOf([...steady(randomOf(11), 8, LENGTH + NOW), ...slow], LENGTH + NOW);
  }, PATIENCE);
  afterAll(() => store?.close());

  test(
    'steady noise gives an event of any kind no more often than the nominal rate',
    async () => {
      const told = Object.fromEntries(EVENT_KINDS.map((kind) => [kind, 0]));
      const periods = windows(LENGTH / 2, LENGTH - NOW, 50);
      for (const window of periods) {
        const { counts } = await eventsOf(store, during(window));
        for (const kind of EVENT_KINDS) if (counts[kind].told > 0) told[kind]!++;
      }
      // Nominal 5 %: more than 4 of 18 have a chance of 1 in 500.
      expect(periods).toHaveLength(18);
      for (const kind of EVENT_KINDS) expect(told[kind], kind).toBeLessThanOrEqual(4);
    },
    PATIENCE,
  );

  test(
    'one try after the other, seldom enough to be lost in each interval, adds up',
    async () => {
      const { events } = await eventsOf(store, during(LENGTH));
      expect(events.map(({ kind, counts }) => [kind, counts.targets])).toEqual([['failed fan-out', 100]]);
    },
    PATIENCE,
  );
});
