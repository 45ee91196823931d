import { describe, expect, test } from 'vitest';
import {
  added,
  bytes,
  clock,
  count,
  counted,
  duration,
  list,
  milliseconds,
  percent,
  rate,
  span,
  sureness,
} from './format.ts';

const second = 1_000_000;

describe('format', () => {
  test.each([
    [0, '0 µs'],
    [850, '850 µs'],
    [999.6, '1 ms'],
    [212_000, '212 ms'],
    [1_940_000, '1.94 s'],
    [999_600, '1 s'],
    [480 * second, '8 min'],
    [null, '–'],
  ])('duration of %s µs is %s', (micros, text) => expect(duration(micros)).toBe(text));

  test.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.31, '31 %'],
    [0.967, '96.7 %'],
    [0.97, '97 %'],
    [0.0022, '0.2 %'],
    [0.0002, '0.02 %'],
    [0.00001, '< 0.01 %'],
    [0.9998, '99.98 %'],
    [0.999999, '> 99.99 %'],
    [null, '–'],
  ])('%s is %s', (share, text) => expect(percent(share)).toBe(text));

  test('spans go to the unit that matters', () => {
    expect([38, 480, 12_000, 187_200].map((seconds) => span(seconds * second))).toEqual([
      '38 s',
      '8 min',
      '3 h 20 min',
      '2 d 4 h',
    ]);
  });

  test('added time carries its sign and hides what is no time', () => {
    expect([1700, 0.1, -20, null].map(added)).toEqual(['+1.7 s', '+0 ms', '−20 ms', '–']);
  });

  test('counts, rates, bytes and lists', () => {
    expect(count(4120)).toBe('4,120');
    expect(counted(1, 'request')).toBe('1 request');
    expect(counted(2, 'entry', 'entries')).toBe('2 entries');
    expect([0.42, 12.5, 1240].map(rate)).toEqual(['0.42', '12.5', '1,240']);
    expect([840, 1_240_000, 999_999].map(bytes)).toEqual(['840 B', '1.24 MB', '1 MB']);
    expect(list(['a'])).toBe('a');
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
    expect(list(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
    expect(milliseconds(0)).toBe('0 ms');
  });

  test('a clock names the day when it is another one', () => {
    const noon = Date.parse('2026-11-20T12:00:00Z') * 1000;
    expect(clock(noon)).toBe('12:00:00');
    expect(clock(noon, noon + 86_400 * second)).toBe('2026-11-20 12:00:00');
  });

  test.each([
    [0.9999, 'more than 99 % sure'],
    [0.97, '97 % sure'],
    [0.34, 'a guess: 34 % sure'],
    [0.0001, 'a guess: 1 % sure'],
  ])('a probability of %s is %s', (probability, text) => expect(sureness(probability)).toBe(text));
});
