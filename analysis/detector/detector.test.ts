import { describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { anomalyScores, lookAhead } from './index.ts';
import { seasonOf } from './season.ts';

const PERIOD = 96;
const TRAIN = 10 * PERIOD;
const POINTS = 40 * PERIOD;

/** A daily cycle in noise. */
function quiet(seed: number): Float64Array {
  const random = randomOf(seed);
  return Float64Array.from(
    { length: POINTS },
    (_, i) => 100 + 20 * Math.sin((2 * Math.PI * i) / PERIOD) + 5 * random.normal(),
  );
}

const FROM = 25 * PERIOD;
const FAULTS: readonly (readonly [string, (value: number, i: number) => number])[] = [
  ['a spike', (value, i) => (i === FROM ? value + 100 : value)],
  ['a gap', (value, i) => (i >= FROM && i < FROM + 4 ? 0 : value)],
  ['a shift', (value, i) => (i >= FROM && i < FROM + PERIOD ? value + 20 : value)],
  ['more noise', (value, i) => (i >= FROM && i < FROM + PERIOD ? value + 15 * Math.cos(i ** 2) : value)],
  ['a missing cycle', (value, i) => (i >= FROM && i < FROM + PERIOD ? 100 + (value % 5) : value)],
];

const highest = (scores: Float64Array) => scores.indexOf(Math.max(...scores));

describe('the detector', () => {
  test.each(FAULTS)('scores %s highest', (_, fault) => {
    for (let seed = 1; seed <= 5; seed++) {
      const at = highest(anomalyScores(quiet(seed).map(fault), TRAIN));
      expect(at).toBeGreaterThanOrEqual(FROM - lookAhead(TRAIN));
      expect(at).toBeLessThan(FROM + PERIOD + lookAhead(TRAIN));
    }
  });

  test('forgets a level that stays, and finds a spike on it', () => {
    const scores = anomalyScores(
      quiet(1).map((value, i) => value + (i > FROM ? 15 : 0) + (i === FROM + 10 * PERIOD ? 150 : 0)),
      TRAIN,
    );
    expect(Math.abs(highest(scores) - FROM - 10 * PERIOD)).toBeLessThanOrEqual(lookAhead(TRAIN));
  });

  test.each([
    [1000, 0],
    [1, 1e6],
    [0.001, -3],
    [-1, 0],
  ])('gives the same scores for a series times %d plus %d', (factor, offset) => {
    const values = quiet(3).map((value, i) => (i === FROM ? 200 : value));
    const scores = anomalyScores(values, TRAIN);
    const others = anomalyScores(
      values.map((value) => factor * value + offset),
      TRAIN,
    );
    for (let i = 0; i < POINTS; i++) expect(others[i]).toBeCloseTo(scores[i]!, 4);
  });

  test('looks ahead no further than it says', () => {
    const values = quiet(4);
    const changed = values.map((value, i) => (i > FROM ? 1000 * Math.cos(i) : value));
    const before = anomalyScores(values, TRAIN);
    const after = anomalyScores(changed, TRAIN);
    const last = FROM - lookAhead(TRAIN);
    expect(after.subarray(0, last + 1)).toEqual(before.subarray(0, last + 1));
    expect(after[FROM]).not.toBe(before[FROM]);
  });

  test('leaves what it is given as it is', () => {
    const values = quiet(5);
    anomalyScores(values, TRAIN);
    expect(values).toEqual(quiet(5));
  });

  test.each([
    ['nothing', []],
    ['one point', [5]],
    ['two points', [5, 6]],
    ['a constant', new Array(200).fill(7)],
    ['a step', [...new Array(100).fill(0), ...new Array(100).fill(1)]],
    ['gaps', [1, Number.NaN, 3, Number.POSITIVE_INFINITY, 2, -1e308, 1e308]],
    ['no numbers', [Number.NaN, Number.NaN]],
    ['numbers near 0', [0, 1e-320, 0, 1e-320, 0]],
  ])('has finite scores for %s', (_, values) => {
    for (const train of [0, 1, 3, 100, 1000, Number.NaN]) {
      const scores = anomalyScores(Float64Array.from(values), train);
      expect(scores.length).toBe(values.length);
      expect(scores.every(Number.isFinite)).toBe(true);
    }
  });
});

test('events that are all of one size are scored by how often they come', () => {
  const random = randomOf(11);
  const often = (i: number) => (i >= FROM && i < FROM + 2 * PERIOD ? 0.3 : 0.03);
  const values = Float64Array.from({ length: POINTS }, (_, i) => (random.next() < often(i) ? 20 : 0));
  const at = highest(anomalyScores(values, TRAIN));
  expect(at).toBeGreaterThanOrEqual(FROM - lookAhead(TRAIN));
  expect(at).toBeLessThan(FROM + 2 * PERIOD + lookAhead(TRAIN));
});

describe('the season', () => {
  test('is found where there is one', () => {
    for (let seed = 1; seed <= 5; seed++)
      expect(seasonOf(quiet(seed).subarray(0, TRAIN)).period % PERIOD).toBe(0);
  });

  test('is not made up from noise', () => {
    const seasons = Array.from({ length: 40 }, (_, seed) => {
      const random = randomOf(seed);
      return seasonOf(Float64Array.from({ length: 500 }, () => random.normal())).period;
    });
    expect(seasons.filter((period) => period > 1).length).toBeLessThanOrEqual(2);
  });
});
