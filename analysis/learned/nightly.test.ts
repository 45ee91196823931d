import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LOADED_CHANNELS, loadedResiduals } from '../testing/loaded.ts';
import { randomOf } from '../testing/random.ts';
import { loadTensors, type Tensors } from './backend.ts';
import { explain } from './explain.ts';
import { loadDetector, saveDetector } from './file.ts';
import { type Training, trainDetector } from './nightly.ts';
import { stepsOf } from './residuals.ts';
import { learnedP } from './score.ts';

const EDGES = 12;
const STEPS = 1_000;
const QUIET = 800;
const EFFORT = { rounds: 4, batchesPerRound: 15, batchSize: 64 };
const SHORT = { rounds: 1, batchesPerRound: 3, batchSize: 16 };
const LATENCY = 2;

const data = loadedResiduals(randomOf(1), EDGES, STEPS);
const quiet = stepsOf(data, 0, QUIET);

describe('a detector trained on quiet data', () => {
  let tensors: Tensors;
  let training: Training;
  let left: number;
  beforeAll(async () => {
    ({ tensors } = await loadTensors('wasm'));
    const before = tensors.memory().numTensors;
    training = trainDetector(tensors, quiet, LOADED_CHANNELS, 1, EFFORT);
    left = tensors.memory().numTensors - before;
  });

  test('is on for a latency that follows traffic, and off where nothing is to be learnt', () => {
    const on = training.detector.judges.map((judge) => judge.on);
    expect(on[LATENCY]).toBe(true);
    expect(on[1]).toBe(false);
    const { gain } = training.detector.judges[LATENCY]!;
    expect(gain.low).toBeLessThanOrEqual(gain.with - gain.without);
    expect(gain.low).toBeGreaterThan(0);
  });

  test('predicts data it has not seen better than the explanation alone', () => {
    for (const { before, after } of Object.values(training.trained)) expect(after).toBeLessThan(before);
  });

  test('gives p that are valid on later quiet steps of its edges, and of edges it never saw', () => {
    const strangers = loadedResiduals(randomOf(2), EDGES, STEPS);
    for (const all of [data, strangers]) {
      const explained = explain(stepsOf(all, 0, QUIET));
      const ps = learnedP(tensors, training.detector, all, explained, QUIET).filter(
        (_, i) => i % 3 === LATENCY,
      );
      for (const level of [0.5, 0.1, 0.01]) {
        const share = ps.filter((p) => p <= level).length / ps.length;
        // Steps hang together over about ten: so many fewer are independent.
        const error = Math.sqrt((level * (1 - level)) / (ps.length / 10));
        expect(share).toBeLessThanOrEqual(level + 4 * error);
      }
    }
  });

  test('sees what traffic does not explain, and only there', () => {
    const values = Float32Array.from(data.values);
    const at = (edge: number, step: number) => edge * STEPS + step;
    for (let step = 900; step < 920; step++) values[at(3, step) * 3 + LATENCY]! += 3;
    const p = learnedP(tensors, training.detector, { ...data, values }, explain(quiet));
    const before = learnedP(tensors, training.detector, data, explain(quiet));
    const latency = (ps: Float32Array, edge: number, step: number) => ps[at(edge, step) * 3 + LATENCY]!;
    expect(latency(p, 3, 900)).toBeLessThan(0.01);
    expect(latency(p, 4, 900)).toBe(latency(before, 4, 900));
    expect(latency(p, 3, 899)).toBe(latency(before, 3, 899));
    expect(p[at(3, 900) * 3 + 1]).toBeNaN();
  });

  test('leaves no tensor behind', () => {
    expect(left).toBe(0);
    const before = tensors.memory().numTensors;
    learnedP(tensors, training.detector, data, explain(quiet));
    expect(tensors.memory().numTensors).toBe(before);
  });

  test('is the same from the same seed', () => {
    const [one, other] = [1, 2].map(() => trainDetector(tensors, quiet, LOADED_CHANNELS, 5, SHORT));
    expect(one).toEqual(other);
  });

  test('says the same on the plain backend', async () => {
    const part = stepsOf(data, 0, 60);
    const explained = explain(quiet);
    const byWasm = learnedP(tensors, training.detector, part, explained);
    const cpu = await loadTensors('cpu');
    const byCpu = learnedP(cpu.tensors, training.detector, part, explained);
    await loadTensors('wasm');
    // A size on the border of a rank may fall to either side of it.
    const [most = 1] = [...byWasm]
      .map((p, i) => (Number.isNaN(p) ? 0 : Math.abs(p - byCpu[i]!)))
      .sort((a, b) => b - a);
    expect(most).toBeLessThan(0.005);
  });

  describe('as a file', () => {
    const folder = () => {
      const made = mkdtempSync(join(tmpdir(), 'faultline-detector-'));
      onTestFinished(() => rmSync(made, { recursive: true }));
      return join(made, 'detector.json');
    };

    test('comes back as it was', async () => {
      const file = folder();
      await saveDetector(file, training.detector);
      expect(await loadDetector(file)).toEqual(training.detector);
    });

    test.each([
      ['nothing', () => ''],
      ['no JSON', () => '{'],
      ['null', () => 'null'],
      ['half of it', (text: string) => text.slice(0, text.length / 2)],
      ['another version', (text: string) => text.replace('"version":1', '"version":2')],
      ['a changed number', (text: string) => text.replace(/count\\":\d+/, 'count\\":1')],
      ['numbers of nothing', () => JSON.stringify({ format: 'faultline detector', version: 1, sha256: 'x' })],
    ])('is refused with %s', async (_, change) => {
      const file = folder();
      await saveDetector(file, training.detector);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
      await expect(loadDetector(file)).rejects.toMatchObject({ code: 'FL-421' });
    });

    test('is refused where it is not there', async () => {
      await expect(loadDetector('/nowhere/detector.json')).rejects.toMatchObject({ code: 'FL-421' });
    });
  });
});

test('a single channel is learnt and scored as well, on a past of a few steps too', async () => {
  const { tensors } = await loadTensors('wasm');
  for (const steps of [0, 3, 40]) {
    const random = randomOf(steps);
    const one = {
      edges: 2,
      steps,
      channels: 1,
      values: Float32Array.from({ length: 2 * steps }, () => random.normal()),
    };
    const { detector } = trainDetector(tensors, one, [{ name: 'traffic', side: 'both' }], 1, SHORT);
    expect(detector.judges.map(({ on }) => on)).toEqual([false]);
    expect(learnedP(tensors, detector, one, explain(one)).every(Number.isNaN)).toBe(true);
  }
});
