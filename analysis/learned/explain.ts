import { cholesky, solve } from './cholesky.ts';
import { bounded, type Residuals } from './residuals.ts';

/**
 * How the channels of each edge follow one another, from its quiet past. Channels stand in the order of cause: traffic before
 * latency. Per edge and channel a regression on the channels before it at the same step, straight and squared, shrunk towards 0 where there
 * is little past; and what it leaves over as a scale.
 */
export interface Explained {
  readonly edges: number;
  readonly channels: number;
  /** `[edge][channel][feature]`: 1, then each channel and its square. */
  readonly weights: Float32Array;
  /** `[edge][channel]` */
  readonly scales: Float32Array;
}

/** The prior that nothing is explained weighs as much as so many steps. */
const PRIOR_STEPS = 30;
/** A channel that hardly ever moves must not make any movement infinite. */
const LEAST_SCALE = 0.1;
/** Mean absolute deviation to standard deviation, of a normal distribution. */
const MEAN_TO_SIGMA = Math.sqrt(Math.PI / 2);

export const featuresOf = (channels: number): number => 1 + 2 * channels;

/** Writes 1, and each channel with its square made uncorrelated to it (the second Hermite polynomial). */
export function features(values: Float32Array, at: number, channels: number, into: Float64Array): void {
  into[0] = 1;
  for (let channel = 0; channel < channels; channel++) {
    const value = bounded(values[at + channel]!);
    into[1 + 2 * channel] = value;
    into[2 + 2 * channel] = (value * value - 1) * Math.SQRT1_2;
  }
}

/** The number of features the channel may use: those of the channels before it. */
const open = (channel: number): number => 1 + 2 * channel;

export function explain({ edges, steps, channels, values }: Residuals): Explained {
  const size = featuresOf(channels);
  const weights = new Float32Array(edges * channels * size);
  const scales = new Float32Array(edges * channels);
  const row = new Float64Array(size);
  for (let edge = 0; edge < edges; edge++) {
    const gram = new Float64Array(size * size);
    const start = edge * steps * channels;
    for (let step = 0; step < steps; step++) {
      features(values, start + step * channels, channels, row);
      for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) gram[i * size + j]! += row[i]! * row[j]!;
    }
    for (let i = 0; i < size; i++) gram[i * size + i]! += PRIOR_STEPS;
    const factor = cholesky(gram, size);
    for (let channel = 0; channel < channels; channel++) {
      // Products of the channel with the features before it stand in its own row.
      const product = gram.subarray((1 + 2 * channel) * size, (1 + 2 * channel) * size + open(channel));
      weights.set(solve(factor, size, product), (edge * channels + channel) * size);
    }
    spread({ edges, steps, channels, values }, edge, weights, scales);
  }
  return { edges, channels, weights, scales };
}

/** What the explanation leaves over: `[channel]` of one step, unscaled; missing stays missing. */
export function leftOver(
  weights: Float32Array,
  edge: number,
  row: Float64Array,
  values: Float32Array,
  at: number,
  channels: number,
  into: Float64Array,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const first = (edge * channels + channel) * row.length;
    let expected = 0;
    for (let i = 0; i < open(channel); i++) expected += weights[first + i]! * row[i]!;
    into[channel] = values[at + channel]! - expected;
  }
}

function spread(
  { steps, channels, values }: Residuals,
  edge: number,
  weights: Float32Array,
  scales: Float32Array,
): void {
  const row = new Float64Array(featuresOf(channels));
  const rest = new Float64Array(channels);
  const total = new Float64Array(channels);
  const count = new Float64Array(channels);
  for (let step = 0; step < steps; step++) {
    const at = (edge * steps + step) * channels;
    features(values, at, channels, row);
    leftOver(weights, edge, row, values, at, channels, rest);
    rest.forEach((value, channel) => {
      if (Number.isNaN(value)) return;
      total[channel]! += Math.abs(bounded(value));
      count[channel]! += 1;
    });
  }
  total.forEach((sum, channel) => {
    // Shrunk to 1, the scale residuals come in.
    const mean = (MEAN_TO_SIGMA * sum + PRIOR_STEPS) / (count[channel]! + PRIOR_STEPS);
    scales[edge * channels + channel] = Math.max(LEAST_SCALE, mean);
  });
}
