import { describe, expect, test } from 'vitest';
import { callsOf, type Fault, failureSeries, type Rates, timeSeries } from '../testing/series.ts';
import { originOfFailures, originOfTime } from './index.ts';

const CHAIN: Rates = { web: { shop: 1 }, shop: { cart: 2 }, cart: { store: 1 } };
const FAN_OUT: Rates = { web: { ads: 1, cart: 1, search: 1, stock: 1 } };
const SHARED: Rates = { web: { cart: 1, search: 1 }, cart: { store: 1 }, search: { store: 2 } };
const GRAPHS = { chain: CHAIN, 'fan-out': FAN_OUT, 'shared callee': SHARED };

const PAST = 300;
const NOW = 5;
const fault = (service: string, amount: number, from = 1, to = 4): Fault => ({ service, from, to, amount });
const servicesOf = (rates: Rates) => [
  ...new Set(Object.entries(rates).flatMap(([a, b]) => [a, ...Object.keys(b)])),
];

const WAYS = {
  time: { series: timeSeries, find: originOfTime, amount: 20 },
  failures: { series: failureSeries, find: originOfFailures, amount: 0.05 },
};

describe.each(Object.entries(WAYS))('origin of %s', (_, { series, find, amount }) => {
  const standing = (rates: Rates, seed: number, injected?: Fault, target = 'web', points = NOW) =>
    find(
      callsOf(rates),
      target,
      series(rates, 'web', PAST, seed),
      series(rates, 'web', points, seed + 1000, injected),
    ).flatMap(({ service, stands }) => (stands ? [service] : []));

  test.each(Object.entries(GRAPHS))('%s: whoever is at fault comes first, at every place', (_, rates) => {
    for (const service of servicesOf(rates))
      for (const seed of [1, 2, 3, 4])
        expect(standing(rates, seed, fault(service, amount))[0], `${service} ${seed}`).toBe(service);
  });

  test.each(Object.entries(GRAPHS))('%s: nothing is found where nothing happened', (_, rates) => {
    for (let seed = 1; seed <= 20; seed++) expect(standing(rates, seed)).toEqual([]);
    // A long stretch is looked at in more places, and is no likelier to alarm.
    expect(standing(rates, 21, undefined, 'web', 300)).toEqual([]);
  });

  test('a single point is no incident, two in a row are', () => {
    expect(standing(CHAIN, 5, fault('cart', 10 * amount, 2, 3))).toEqual([]);
    expect(standing(CHAIN, 5, fault('cart', amount, 2, 4))).toEqual(['cart']);
  });

  test('what the target does not depend on is not its origin', () => {
    expect(standing(FAN_OUT, 6, fault('ads', amount), 'cart')).toEqual([]);
  });

  test('in a cycle nobody is explained away by a victim', () => {
    const cycle: Rates = { web: { a: 1 }, a: { b: 1 }, b: { a: 0.1 } };
    for (const seed of [1, 2, 3]) {
      const found = standing(cycle, seed, fault('b', amount));
      expect(found).toContain('b');
      expect(found).not.toContain('web');
    }
  });

  test('series of services that are not known are left out, a target that is not known has no answer', () => {
    const past = series(CHAIN, 'web', PAST, 1);
    expect(find(callsOf({ ...CHAIN, store: { unseen: 1 } }), 'web', past, past)).toHaveLength(4);
    expect(find(callsOf(CHAIN), 'unseen', past, past)).toEqual([]);
  });
});

test('added time that the target cannot feel is no finding, however unusual it is', () => {
  // A twentieth of 500 requests × 20.2 ms is 505 ms a point; cart adds 10 × 40 ms, and 10 × 80 ms.
  const rates: Rates = { web: { cart: 0.02, search: 1 } };
  const standing = (amount: number) =>
    Array.from({ length: 20 }, (_, seed) => {
      const past = timeSeries(rates, 'web', PAST, seed);
      const now = timeSeries(rates, 'web', NOW, seed + 1000, fault('cart', amount));
      return originOfTime(callsOf(rates), 'web', past, now).some(({ stands }) => stands);
    });
  expect(standing(40)).not.toContain(true);
  expect(standing(80)).toContain(true);
});
