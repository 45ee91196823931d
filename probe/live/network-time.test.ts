import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogramOf, total } from '../histogram.ts';
import { createNetworkTime, isChosen, type Place, SHARE } from './network-time.ts';

const place = (offset: number): Place => ({ isn: { client: 0xdead_beef, server: 7 }, offset });

test.each(['client', 'server'] as const)(
  'what the server did not take was the network, whichever is first: %s',
  (first) => {
    const time = createNetworkTime();
    const halves = [
      () => time.offer('client', place(10), 1, 5_000_000),
      () => time.offer('server', place(10), 2, 4_300_000),
    ];
    for (const half of first === 'client' ? halves : halves.reverse()) half();
    expect([time.has(1), time.has(2)]).toEqual([true, false]);
    expect(time.take(1)).toEqual(histogramOf([700]));
    expect(time.take(1)).toEqual(histogramOf([]));
    expect(time.counters).toEqual({ made: 2, matched: 1, negative: 0, lonely: 0, late: 0 });
  },
);

test('times that do not add up are 0, and counted', () => {
  const time = createNetworkTime();
  time.offer('client', place(0), 1, 1_000_000);
  time.offer('server', place(0), 2, 1_500_000);
  expect(time.take(1)).toEqual(histogramOf([0]));
  expect(time.counters).toMatchObject({ matched: 1, negative: 1 });
});

test('the same end twice is no match', () => {
  const time = createNetworkTime();
  time.offer('client', place(0), 1, 1);
  time.offer('client', place(0), 1, 1);
  expect(time.has(1)).toBe(false);
  expect(time.counters).toMatchObject({ made: 2, matched: 0, lonely: 1 });
});

test('every half is matched, lonely or waiting, and those that wait are bounded', () => {
  const step = fc.oneof(
    fc.record({ role: fc.constantFrom('client' as const, 'server' as const), offset: fc.nat(12) }),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const time = createNetworkTime(4);
      let now = 0;
      let told = 0;
      for (const each of steps) {
        now += 6_000_000;
        if (each === null) time.expire(now);
        else time.offer(each.role, place(each.offset), 1, 1000);
        told += total(time.take(1));
      }
      const { made, matched, lonely } = time.counters;
      const waiting = made - 2 * matched - lonely;
      expect(waiting).toBeGreaterThanOrEqual(0);
      expect(waiting).toBeLessThanOrEqual(4);
      expect(told).toBe(matched);
      time.expire(now + 1e9);
      time.expire(now + 2e9);
      expect(time.counters.lonely).toBe(made - 2 * matched);
    }),
  );
});

test('the requests looked at are about their share, whatever the numbers are like', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 500 }), (client, server, step) => {
      let chosen = 0;
      for (let i = 0; i < 4000; i++) if (isChosen({ isn: { client, server }, offset: i * step })) chosen++;
      expect(chosen).toBeGreaterThan((0.5 * 4000) / SHARE);
      expect(chosen).toBeLessThan((1.7 * 4000) / SHARE);
    }),
    { numRuns: 40 },
  );
});

test('what no flow asks for any more is given up and counted', () => {
  const time = createNetworkTime();
  time.offer('client', place(0), 1, 2000);
  time.offer('server', place(0), 2, 1000);
  time.expire(1e9);
  expect(time.has(1)).toBe(true);
  time.expire(2e9);
  expect(time.has(1)).toBe(false);
  expect(time.counters).toMatchObject({ matched: 1, late: 1 });
});
