import { type Explained, features, featuresOf, leftOver } from './explain.ts';
import { bounded, type Residuals } from './residuals.ts';

/** Residuals with what their explanation leaves over, in its scales: both are inputs, the second is what is predicted. */
export interface Explanation extends Residuals {
  /** `[edge][step][channel]`; NaN where nothing was measured. */
  readonly rest: Float32Array;
}

/** Steps before the present one that are looked at: load that is worked off later shows within them. */
export const PAST_STEPS = 8;

export const inputsOf = (channels: number): number => (1 + PAST_STEPS) * 2 * channels;

/** Takes away what the channels before explain of each. */
export function applied(residuals: Residuals, { weights, scales }: Explained): Explanation {
  const { edges, steps, channels, values } = residuals;
  const rest = new Float32Array(values.length);
  const row = new Float64Array(featuresOf(channels));
  const left = new Float64Array(channels);
  for (let edge = 0; edge < edges; edge++)
    for (let step = 0; step < steps; step++) {
      const at = (edge * steps + step) * channels;
      features(values, at, channels, row);
      leftOver(weights, edge, row, values, at, channels, left);
      for (let channel = 0; channel < channels; channel++)
        rest[at + channel] = left[channel]! / scales[edge * channels + channel]!;
    }
  return { ...residuals, rest };
}

/**
 * The inputs of the network for some places, one row each: the present step and the `PAST_STEPS` before it, of each the residuals
 * and what is left of them. What lies before the first step, or is missing, is ordinary (0).
 *
 * @param places `edge * steps + step`
 */
export function windows(
  { steps, channels, values, rest }: Explanation,
  places: ArrayLike<number>,
): Float32Array {
  const width = inputsOf(channels);
  const rows = new Float32Array(places.length * width);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    const lags = Math.min(PAST_STEPS, place % steps);
    for (let lag = 0; lag <= lags; lag++) {
      const from = (place - lag) * channels;
      const to = i * width + lag * 2 * channels;
      for (let channel = 0; channel < channels; channel++) {
        rows[to + channel] = bounded(values[from + channel]!);
        rows[to + channels + channel] = bounded(rest[from + channel]!);
      }
    }
  }
  return rows;
}
