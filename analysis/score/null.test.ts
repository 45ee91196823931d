import { expect, test } from 'vitest';
import { EdgeStream, habits, MONDAY } from '../../bench/scoring/generate.ts';
import { CHANNELS, createScorer } from './index.ts';

const MINUTE = 60_000_000;
const HOUR = 3_600_000_000;
/** Hours of the first day that are looked at closely, a few minutes each: a rhythm shows, and the test stays short. */
const MINUTES_OF_HOUR = 6;
const DAYS = 2;

test('quiet edges with rhythms, bursts of failures, wandering times and little traffic raise no anomaly beyond the rate asked for', () => {
  const streams = habits(25, 41).map((habit, i) => new EdgeStream(habit, 500 + i));
  const scorer = createScorer();
  const opened: string[] = [];
  let squares = 0;
  let count = 0;
  for (let hour = 0; hour < DAYS * 24; hour++) {
    for (let minute = 0; minute < MINUTES_OF_HOUR; minute++) {
      const at = MONDAY + hour * HOUR + minute * MINUTE;
      const scores = scorer.step({ at, edges: streams.flatMap((stream) => stream.step(at) ?? []) });
      opened.push(...scores.opened.map(({ id }) => id));
      for (const z of scores.z) {
        if (Number.isNaN(z)) continue;
        expect(Number.isFinite(z)).toBe(true);
        squares += z * z;
        count++;
      }
    }
  }
  // One false anomaly in ten days is what the bar is for; these are less than a day of steps.
  expect(opened).toEqual([]);
  expect(count).toBeGreaterThan(50_000);
  expect(squares / count).toBeLessThan(1.3);
});

test('what comes every day at its hour is expected at its hour, and odd at another', () => {
  const habit = { ...habits(1, 2)[0]!, rate: 200, rhythm: 0 };
  const stream = new EdgeStream(habit, 9);
  const scorer = createScorer();
  const more = CHANNELS.findIndex(({ name }) => name === 'more traffic');
  const step = (hour: number, minute: number, rate: number) => {
    const at = MONDAY + hour * HOUR + minute * MINUTE;
    return scorer.step({ at, edges: [stream.step(at, { rate }) ?? []].flat() });
  };
  const opened: string[] = [];
  for (let hour = 0; hour < 5 * 24; hour++) {
    // The nightly batch, eight times the traffic, from the first night on.
    for (let minute = 0; minute < 12; minute++) {
      const scores = step(hour, minute, hour % 24 === 2 ? 8 : 1);
      if (hour >= 3 * 24) opened.push(...scores.opened.map(({ channel }) => channel));
    }
  }
  expect(opened).toEqual([]);
  expect(step(5 * 24 + 2, 0, 8).z[more]).toBeLessThan(4);
  expect(step(5 * 24 + 9, 0, 8).z[more]).toBeGreaterThan(4);
});

test('evidence stays finite whatever comes', () => {
  const habit = { ...habits(1, 3)[0]!, rate: 500, errors: 0.0002 };
  const stream = new EdgeStream(habit, 4);
  const scorer = createScorer();
  for (let minute = 0; minute < 30; minute++) {
    const at = MONDAY + minute * MINUTE;
    scorer.step({ at, edges: [stream.step(at) ?? []].flat() });
  }
  for (let minute = 30; minute < 330; minute++) {
    const at = MONDAY + minute * MINUTE;
    scorer.step({
      at,
      edges: [stream.step(at, { errors: 1, latency: 1e4, loss: 1, rate: 50 }) ?? []].flat(),
    });
  }
  expect(scorer.open.length).toBeGreaterThan(3);
  for (const { evidence, p, onset } of scorer.open) {
    expect(Number.isFinite(evidence)).toBe(true);
    expect(p).toBeLessThan(1e-3);
    expect((onset - MONDAY) / MINUTE).toBeGreaterThanOrEqual(29);
    expect((onset - MONDAY) / MINUTE).toBeLessThanOrEqual(31);
  }
});
