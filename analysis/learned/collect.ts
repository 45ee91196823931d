import type { Residuals } from './residuals.ts';

/** What one step was worth: `z[row * width + channel]`, NaN where nothing happened; rows of edges are given once and stay. */
export interface ScoredStep {
  readonly rows: number;
  readonly z: Float32Array;
}

/**
 * The residuals of scored steps, one after the other, of some of their channels.
 *
 * @param width channels of a scored step
 * @param chosen which of them, in the order of cause: traffic before latency
 */
export function collected(steps: readonly ScoredStep[], width: number, chosen: readonly number[]): Residuals {
  const edges = Math.max(0, ...steps.map(({ rows }) => rows));
  const channels = chosen.length;
  const values = new Float32Array(edges * steps.length * channels).fill(Number.NaN);
  steps.forEach(({ rows, z }, step) => {
    for (let edge = 0; edge < rows; edge++)
      chosen.forEach((from, channel) => {
        values[(edge * steps.length + step) * channels + channel] = z[edge * width + from]!;
      });
  });
  return { edges, steps: steps.length, channels, values };
}
