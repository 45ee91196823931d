import { expect, test } from 'vitest';
import { EdgeStream, habits, MONDAY } from '../../bench/scoring/generate.ts';
import type { EdgeReader, Period } from '../../graph/index.ts';
import { loadTensors } from './backend.ts';
import { quietResiduals, trainOnStore } from './from-store.ts';

const MINUTE = 60_000_000;
const MINUTES = 240;
const PERIOD = { from: MONDAY, to: MONDAY + MINUTES * MINUTE };
const EFFORT = { rounds: 1, batchesPerRound: 2, batchSize: 16 };

/** Two edges; all requests of the first fail in the last half hour. */
function reader(): EdgeReader {
  const streams = habits(2, 3).map((habit, i) => new EdgeStream({ ...habit, rate: 120 }, i));
  const asked: Partial<EdgeReader> = {
    edges: async ({ from }: Period) =>
      streams.flatMap((stream, i) => {
        const broken = i === 0 && from >= PERIOD.to - 30 * MINUTE;
        return stream.step(from, broken ? { errors: 1 } : {}) ?? [];
      }),
    coverage: async () => [],
    gaps: async () => [],
  };
  return asked as EdgeReader;
}

test('what a store holds becomes residuals, without what is not quiet', async () => {
  const { edges, steps, channels, values } = await quietResiduals(reader(), PERIOD);
  expect([edges, steps, channels]).toEqual([2, MINUTES, 8]);
  const known = (edge: number, from: number, to: number) =>
    values.subarray((edge * steps + from) * channels, (edge * steps + to) * channels).some(Number.isFinite);
  expect(known(0, 120, 200)).toBe(true);
  expect(known(1, 225, 240)).toBe(true);
  expect(known(0, 225, 240)).toBe(false);
});

test('a detector is trained on a store', async () => {
  const { tensors } = await loadTensors('wasm');
  const { detector } = await trainOnStore(tensors, reader(), PERIOD, 1, EFFORT);
  expect(detector.channels.map(({ name }) => name)).toContain('latency shift');
  expect(detector.judges).toHaveLength(8);
});
