import { expect, test } from 'vitest';
import { niceTop, pathOf, scaleOf } from './curve-path.ts';
import { bytes, clock, inUnit, millis, percent, perSecond, ratio, span } from './format.ts';
import { nextOrder, sortRows } from './sort.ts';
import { worst } from './status.ts';

test('durations carry three significant digits', () => {
  expect([0, 0.42, 8.126, 38.04, 212.4, 1940, 12_340, 90_000].map(millis)).toEqual([
    '0 ms',
    '0.42 ms',
    '8.13 ms',
    '38.0 ms',
    '212 ms',
    '1.94 s',
    '12.3 s',
    '1.5 min',
  ]);
  expect(millis(null)).toBe('–');
});

test('a share above zero never reads as none, one below all never as all', () => {
  expect(percent(0)).toBe('0 %');
  expect(percent(0.00001)).toBe('<0.01 %');
  expect(percent(0.0022)).toBe('0.22 %');
  expect(percent(0.967)).toBe('97 %');
  expect(percent(0.998)).toBe('99.8 %');
  expect(percent(0.99999)).toBe('>99.9 %');
  expect(percent(1)).toBe('100 %');
});

test('rates, sizes, spans, ratios and units', () => {
  expect([0, 0.004, 0.5, 18, 1234].map(perSecond)).toEqual(['0', '<0.01', '0.50', '18.0', '1,234']);
  expect([0, 1536, 5 * 1024 ** 3].map(bytes)).toEqual(['0 B', '1.5 KiB', '5 GiB']);
  expect([38_000, 480_000, 4_800_000, 90_000_000].map(span)).toEqual(['38 s', '8 min', '80 min', '25 h']);
  expect([ratio(2000, 48), ratio(3, 2), ratio(3, 0), ratio(null, 2)]).toEqual(['42×', '1.5×', null, null]);
  expect([inUnit(12, 'ms'), inUnit(0.5, 'share'), inUnit(3, 'per second'), inUnit(null, 'ms')]).toEqual([
    '12.0 ms',
    '50 %',
    '3.00/s',
    '–',
  ]);
  expect(clock('2026-11-20T03:12:05Z', 'Europe/Berlin')).toBe('04:12:05');
});

test('a curve breaks where a value is missing and its axis ends at a round number', () => {
  expect([2.02, 0.7, 1, 110, 0].map(niceTop)).toEqual([2.5, 0.8, 1, 150, 1]);
  const scale = scaleOf([0, 10, 20], 100, { width: 200, height: 50 });
  const points = [
    { time: 0, value: 0 },
    { time: 10, value: null },
    { time: 20, value: 100 },
  ];
  expect(pathOf(points, scale)).toBe('M0.0 50.0M200.0 0.0');
});

test('rows sort both ways, missing values last, and headings take turns', () => {
  const rows = [{ v: 2 }, { v: null }, { v: 3 }];
  expect(sortRows(rows, (row) => row.v, true).map((row) => row.v)).toEqual([2, 3, null]);
  expect(sortRows(rows, (row) => row.v, false).map((row) => row.v)).toEqual([3, 2, null]);
  const first = nextOrder({ column: 'name', ascending: true }, 'rate', true);
  expect(first).toEqual({ column: 'rate', ascending: false });
  expect(nextOrder(first, 'rate', true).ascending).toBe(true);
});

test('the worst status wins', () => {
  expect(worst(['ok', 'unknown', 'bad', 'warn'])).toBe('bad');
  expect(worst([])).toBe('ok');
});
