import { describe, expect, test } from 'vitest';
import type { Period } from '../../graph/index.ts';
import { Options } from './command.ts';
import { parseMoment, parsePeriod } from './period.ts';
import { parseDuration, parseTime } from './time.ts';

const at = (text: string): number => Date.parse(text) * 1000;
const END = at('2026-11-20T03:12:30Z');

describe('times', () => {
  test.each([
    ['now', '2026-11-20T03:12:30Z'],
    ['-5m', '2026-11-20T03:07:30Z'],
    ['-1.5h', '2026-11-20T01:42:30Z'],
    ['03:12', '2026-11-20T03:12:00Z'],
    ['3:12:30', '2026-11-20T03:12:30Z'],
    ['03:13', '2026-11-19T03:13:00Z'],
    ['23:59:59', '2026-11-19T23:59:59Z'],
    ['2026-11-20', '2026-11-20T00:00:00Z'],
    ['2026-11-20T03:00', '2026-11-20T03:00:00Z'],
    ['2026-11-20 03:00:05', '2026-11-20T03:00:05Z'],
    ['2026-11-20T03:00:05.250Z', '2026-11-20T03:00:05.250Z'],
    ['2026-11-20T04:00:00+01:00', '2026-11-20T03:00:00Z'],
  ])('%s is %s', (text, expected) => expect(parseTime(text, '--at', END)).toBe(at(expected)));

  test.each(['', 'noon', '24:00', '03:60', '-5', '-m', '2026-13-01', '2026-11-20T25:00:00Z', '5m'])(
    '"%s" is refused',
    (text) => expect(() => parseTime(text, '--at', END)).toThrow(/--at/),
  );

  test('durations', () => {
    expect(['500us', '100ms', '10s', '1.5h', '2d'].map((text) => parseDuration(text, '--for'))).toEqual([
      500, 100_000, 10_000_000, 5_400_000_000, 172_800_000_000,
    ]);
    for (const text of ['', '10', 's', '0s', '-1s', '1w', '9999999999s']) {
      expect(() => parseDuration(text, '--for')).toThrow(/--for/);
    }
  });
});

describe('periods', () => {
  const midnight: Period = { from: at('2026-11-19T22:00:00Z'), to: at('2026-11-20T00:30:00Z') };
  const period = (values: Record<string, string>, range = midnight): Period =>
    parsePeriod(new Options(values), range);

  test('a time of day in --to is the next one after --from', () => {
    expect(period({ from: '23:50', to: '00:10' })).toEqual({
      from: at('2026-11-19T23:50:00Z'),
      to: at('2026-11-20T00:10:00Z'),
    });
    expect(period({ from: '22:10', to: '22:20' })).toEqual({
      from: at('2026-11-19T22:10:00Z'),
      to: at('2026-11-19T22:20:00Z'),
    });
  });

  test('a period may reach beyond the newest record', () => {
    expect(period({ from: '00:10', to: '01:00' }).to).toBe(at('2026-11-20T01:00:00Z'));
  });

  test('without --from it begins with the records, without --to it ends with them', () => {
    expect(period({ to: '-10m' })).toEqual({ from: midnight.from, to: midnight.to - 600_000_000 });
    expect(period({ from: '-10m' })).toEqual({ from: midnight.to - 600_000_000, to: midnight.to });
  });

  test('one that ends before it begins, or holds nothing, is refused', () => {
    expect(() => period({ from: '00:20', to: '00:10' })).toThrow(/ends before/);
    expect(() => period({ from: '2026-11-18', to: '2026-11-19' })).toThrow(/Nothing was recorded/);
  });

  test('a moment just after the newest record is the newest record', () => {
    const moment = (text: string) => parseMoment(new Options({ at: text }), midnight);
    expect(moment('2026-11-20T00:30:20Z')).toBe(midnight.to);
    expect(moment('23:00')).toBe(at('2026-11-19T23:00:00Z'));
    expect(() => moment('2026-11-20T00:40:00Z')).toThrow(/Nothing was recorded at/);
    expect(parseMoment(new Options({}), midnight)).toBeUndefined();
  });
});
