import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysEarlier, isZone, lastNight, nightOf } from './night.ts';

const HOUR = 3_600_000_000;
const iso = (micros: number): string => new Date(micros / 1000).toISOString();
const at = (text: string): number => Date.parse(text) * 1000;

test.each([
  ['2026-11-19', 'UTC', '2026-11-19T22:00:00.000Z', '2026-11-20T07:00:00.000Z'],
  ['2026-11-19', 'Europe/Berlin', '2026-11-19T21:00:00.000Z', '2026-11-20T06:00:00.000Z'],
  ['2026-11-19', 'America/New_York', '2026-11-20T03:00:00.000Z', '2026-11-20T12:00:00.000Z'],
  ['2026-11-19', 'Asia/Kathmandu', '2026-11-19T16:15:00.000Z', '2026-11-20T01:15:00.000Z'],
  // The clocks go back: this night has an hour more; in spring one less.
  ['2026-10-24', 'Europe/Berlin', '2026-10-24T20:00:00.000Z', '2026-10-25T06:00:00.000Z'],
  ['2026-03-28', 'Europe/Berlin', '2026-03-28T21:00:00.000Z', '2026-03-29T05:00:00.000Z'],
  ['2026-12-31', 'UTC', '2026-12-31T22:00:00.000Z', '2027-01-01T07:00:00.000Z'],
])('the night of %s in %s', (date, zone, from, to) => {
  const night = nightOf(date, zone);
  expect([iso(night.from), iso(night.to)]).toEqual([from, to]);
});

test('the last night is the newest that holds records', () => {
  const range = { from: at('2026-11-01T00:00:00Z'), to: at('2026-11-20T03:12:00Z') };
  expect(iso(lastNight(range, 'UTC')!.from)).toBe('2026-11-19T22:00:00.000Z');
  expect(iso(lastNight({ ...range, to: at('2026-11-20T12:00:00Z') }, 'UTC')!.to)).toBe(
    '2026-11-20T07:00:00.000Z',
  );
  const afternoon = { from: at('2026-11-20T12:00:00Z'), to: at('2026-11-20T14:00:00Z') };
  expect(lastNight(afternoon, 'UTC')).toBeNull();
  expect(lastNight(afternoon, 'Asia/Tokyo')).not.toBeNull();
});

test('nights of following dates never overlap, and the last night reaches into the records', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/Los_Angeles',
    'Pacific/Auckland',
    'Asia/Kolkata',
  );
  const days = fc.integer({ min: 0, max: 3_000 });
  fc.assert(
    fc.property(zones, days, fc.integer({ min: 1, max: 24 * 20 }), (zone, day, hours) => {
      const date = (plus: number): string =>
        iso((day + plus) * 24 * HOUR + at('2022-01-01T00:00:00Z')).slice(0, 10);
      const [one, two] = [nightOf(date(0), zone), nightOf(date(1), zone)];
      expect(one.to - one.from).toBeGreaterThanOrEqual(8 * HOUR);
      expect(one.to - one.from).toBeLessThanOrEqual(10 * HOUR);
      expect(two.from).toBeGreaterThan(one.to);
      const range = { from: one.from, to: one.from + hours * HOUR };
      const last = lastNight(range, zone)!;
      expect(last.from).toBeLessThan(range.to);
      expect(last.from + 25 * HOUR).toBeGreaterThanOrEqual(range.to);
    }),
  );
});

test('days earlier is the same time on the clock', () => {
  const time = (micros: number): string =>
    new Date(micros / 1000).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' });
  const start = at('2026-10-27T01:00:00Z');
  for (const days of [1, 2, 3, 7]) expect(time(daysEarlier(start, days, 'Europe/Berlin'))).toBe(time(start));
});

test('zones are known by their IANA names', () => {
  expect(['UTC', 'Europe/Berlin'].map(isZone)).toEqual([true, true]);
  expect(['Mars/Olympus', '', 'Europe/Berlin;'].map(isZone)).toEqual([false, false, false]);
});
