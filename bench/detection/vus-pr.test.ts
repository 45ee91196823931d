import { describe, expect, test } from 'vitest';
import { seeded } from '../localization/random.ts';
import { spansOf, vusPr } from './vus-pr.ts';

const POINTS = 2_000;
const labelled = (...spans: readonly (readonly [number, number])[]) =>
  Uint8Array.from({ length: POINTS }, (_, i) => (spans.some(([from, to]) => i >= from && i < to) ? 1 : 0));
const LABELS = labelled([300, 380], [900, 1000], [1010, 1050], [1990, 2000]);
const RATE = LABELS.reduce((sum, label) => sum + label, 0) / POINTS;

function noise(seed: number, size = POINTS): Float64Array {
  const random = seeded(`${seed}`);
  return Float64Array.from({ length: size }, () => random.uniform(0, 1));
}

/** The definition, one threshold and one tolerance at a time, with whole arrays. */
function byDefinition(labels: Uint8Array, scores: Float64Array, tolerance: number): number {
  const n = labels.length;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const descending = [...scores].sort((a, b) => b - a);
  const positives = sum([...labels]);
  let volume = 0;
  for (let l = 0; l <= tolerance; l++) {
    const reach = Math.floor(l / 2);
    const soft = [...labels].map(Number);
    const near = new Uint8Array(n);
    for (const { from, to } of spansOf(labels))
      for (let i = Math.max(0, from - reach); i <= Math.min(n - 1, to + reach); i++) {
        near[i] = 1;
        const distance = i < from ? from - i : Math.max(0, i - to);
        if (distance > 0) soft[i] = Math.min(1, soft[i]! + Math.sqrt(1 - distance / l));
      }
    let before = 0;
    for (let k = 0; k < 250; k++) {
      const threshold = descending[Math.floor((k * (n - 1)) / 249)]!;
      const predicted = [...scores].map((score) => (score >= threshold ? 1 : 0));
      const hits = sum(soft.map((value, i) => value * predicted[i]!));
      const positive = sum(soft.map((value, i) => (labels[i] === 1 ? 1 : value * predicted[i]!)));
      const spans = spansOf(near);
      const touched = spans.filter(({ from, to }) => predicted.slice(from, to + 1).includes(1)).length;
      const recall = (Math.min(1, hits / ((positives + positive) / 2)) * touched) / spans.length;
      volume += ((recall - before) * hits) / sum(predicted);
      before = recall;
    }
  }
  return volume / (tolerance + 1);
}

describe('VUS-PR', () => {
  test('is 1 for scores that are the labels', () => {
    expect(vusPr(LABELS, Float64Array.from(LABELS), 0)).toBeCloseTo(1, 2);
  });

  test('is near 1 for scores that fall off within the tolerance', () => {
    const scores = Float64Array.from(LABELS, (_, i) => {
      const distances = spansOf(LABELS).map(({ from, to }) => Math.max(from - i, i - to, 0));
      return -Math.min(...distances);
    });
    expect(vusPr(LABELS, scores, 20)).toBeGreaterThan(0.95);
  });

  test('is near the share of anomalous points for scores that know nothing', () => {
    const values = Array.from({ length: 20 }, (_, seed) => vusPr(LABELS, noise(seed), 0));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeGreaterThan(RATE * 0.8);
    expect(mean).toBeLessThan(RATE * 1.2);
  });

  test('depends on the order of the scores alone', () => {
    const scores = noise(7).map((value, i) => value + LABELS[i]!);
    const before = vusPr(LABELS, scores, 50);
    expect(
      vusPr(
        LABELS,
        scores.map((value) => Math.exp(3 * value) - 10),
        50,
      ),
    ).toBe(before);
  });

  test('forgives scores that come early or late by less than the tolerance, and those alone', () => {
    const shifted = (by: number) => Float64Array.from(LABELS, (_, i) => LABELS[i + by] ?? 0);
    expect(vusPr(LABELS, shifted(20), 100)).toBeGreaterThan(vusPr(LABELS, shifted(20), 0));
    expect(vusPr(LABELS, shifted(200), 100)).toBeLessThan(0.3);
  });

  test('rewards that every event is touched', () => {
    const labels = labelled([300, 400], [900, 1000]);
    const both = Float64Array.from(labels, (label, i) => label * (i % 100 < 50 ? 1 : 0));
    const one = Float64Array.from(labels, (label, i) => label * (i < 500 ? 1 : 0));
    expect(vusPr(labels, both, 0)).toBeGreaterThan(vusPr(labels, one, 0));
  });

  test.each([1, 2, 3, 4, 5, 6])('equals its definition, ties included (seed %i)', (seed) => {
    const size = 300;
    const random = seeded(`${seed}`);
    const labels = new Uint8Array(size);
    for (let event = 0; event < 4; event++) {
      const from = Math.floor(random.uniform(0, size));
      labels.fill(1, from, from + 1 + Math.floor(random.uniform(0, 12)));
    }
    const digits = seed % 2 === 0 ? 1 : 6;
    const scores = noise(seed + 100, size).map((value) => Number(value.toFixed(digits)));
    expect(vusPr(labels, scores, 16)).toBeCloseTo(byDefinition(labels, scores, 16), 10);
  });
});
