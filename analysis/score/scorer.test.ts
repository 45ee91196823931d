import { expect, test } from 'vitest';
import { type Disturbance, EdgeStream, type Habit, habits, MONDAY } from '../../bench/scoring/generate.ts';
import { CHANNELS, type ChannelName, createScorer, restoreScorer, type Scorer } from './index.ts';
import type { Anomaly } from './types.ts';

const MINUTE = 60_000_000;
const HABIT: Habit = {
  ...habits(1, 1)[0]!,
  rate: 60,
  rhythm: 0,
  errors: 0.002,
  refused: 0.001,
  loss: 0.001,
  latency: 20,
};

const OTHER: Habit = { ...HABIT, key: { ...HABIT.key, port: 9090 } };

interface Run {
  readonly streams: readonly EdgeStream[];
  readonly scorer: Scorer;
  readonly opened: Anomaly[];
  readonly ended: Anomaly[];
  minute: number;
}

function runOf(all: readonly Habit[], seed = 1, scorer = createScorer()): Run {
  return {
    streams: all.map((habit, i) => new EdgeStream(habit, 1_000 * seed + i)),
    scorer,
    opened: [],
    ended: [],
    minute: 0,
  };
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Goes on for some minutes, the first edge being disturbed. */
function go(run: Run, minutes: number, disturbed: Disturbance = {}): Run {
  for (const end = run.minute + minutes; run.minute < end; run.minute++) {
    const at = MONDAY + run.minute * MINUTE;
    const edges = run.streams.flatMap((stream, i) => stream.step(at, i === 0 ? disturbed : {}) ?? []);
    const scores = run.scorer.step({ at, edges });
    run.opened.push(...scores.opened);
    run.ended.push(...scores.ended);
  }
  return run;
}

const FAULTS: readonly (readonly [channel: ChannelName, fault: Disturbance])[] = [
  ['errors', { errors: 0.1 }],
  ['connect failures', { refused: 0.3 }],
  ['retransmits', { loss: 0.05 }],
  ['latency', { latency: 4 }],
  ['latency shift', { latency: 3 }],
  ['more traffic', { rate: 6 }],
  ['less traffic', { rate: 0 }],
];

test.each(FAULTS)(
  '%s are found, from the minute they began in to the minute they ended in',
  (channel, fault) => {
    const run = go(runOf([HABIT, OTHER]), 120);
    expect(run.opened).toEqual([]);
    go(run, 20, fault);
    const found = run.opened.find((anomaly) => anomaly.channel === channel)!;
    expect(found.edge).toEqual(HABIT.key);
    expect((found.onset - MONDAY) / MINUTE).toBeGreaterThanOrEqual(118);
    expect((found.onset - MONDAY) / MINUTE).toBeLessThanOrEqual(122);
    expect((found.opened - found.onset) / MINUTE).toBeLessThanOrEqual(10);
    expect(run.ended).toEqual([]);
    go(run, 60);
    const ended = run.ended.find(({ id }) => id === found.id)!;
    expect((ended.ended! - MONDAY) / MINUTE).toBeGreaterThanOrEqual(138);
    expect((ended.ended! - MONDAY) / MINUTE).toBeLessThanOrEqual(142);
    expect(run.scorer.open).toEqual([]);
  },
);

test('what was saved goes on as if nothing had happened', () => {
  const whole = go(runOf([HABIT, ...habits(9, 3).slice(1)]), 150, {});
  const before = go(runOf([HABIT, ...habits(9, 3).slice(1)]), 70);
  const saved = before.scorer.save();
  const after: Run = { ...before, scorer: restoreScorer(saved)!, opened: [], ended: [] };
  expect(same(after.scorer.save(), saved)).toBe(true);
  go(after, 80);
  expect(same(after.scorer.save(), whole.scorer.save())).toBe(true);
});

test('other bytes are not taken for saved scores', () => {
  const saved = go(runOf([HABIT]), 12).scorer.save();
  expect(restoreScorer(saved.subarray(0, saved.length - 4))).toBeNull();
  expect(restoreScorer(new Uint8Array(3))).toBeNull();
  expect(restoreScorer(new Uint8Array(200).fill(255))).toBeNull();
});

test('scores are residuals of known spread, with a probability each', () => {
  const run = go(runOf([HABIT, OTHER]), 300);
  const at = MONDAY + 300 * MINUTE;
  const edges = run.streams.flatMap((stream, i) => stream.step(at, i === 0 ? { errors: 0.5 } : {}) ?? []);
  const scores = run.scorer.step({ at, edges });
  const errors = CHANNELS.findIndex(({ name }) => name === 'errors');
  const index = scores.row('shop/caller-0>shop/service-0:8080') * CHANNELS.length + errors;
  expect(scores.z[index]).toBeGreaterThan(8);
  expect(scores.p(index)).toBeLessThan(1e-6);
  const resets = CHANNELS.findIndex(({ name }) => name === 'resets');
  expect(scores.p(index - errors + resets)).toBeGreaterThan(0.5);
});
