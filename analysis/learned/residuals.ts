/**
 * What is left of the signals of edges once their seasons and levels are taken away, in scales of the quiet past. A channel is one
 * signal, the same for all edges; a step is one slice of time, the same for all.
 */
export interface Residuals {
  readonly edges: number;
  readonly steps: number;
  readonly channels: number;
  /** `[edge][step][channel]`; NaN where nothing was measured, or what was is known not to be quiet. */
  readonly values: Float32Array;
}

/** Larger residuals are all the same as inputs: one absurd value must not move what is expected of its neighbours. */
const LARGEST_INPUT = 6;

/** A residual as an input: bounded, and ordinary where it is missing. */
export const bounded = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.max(-LARGEST_INPUT, Math.min(LARGEST_INPUT, value));

/** The same edges from step `from` (inside) to step `to` (outside). */
export function stepsOf({ edges, steps, channels, values }: Residuals, from: number, to: number): Residuals {
  const taken = to - from;
  const part = new Float32Array(edges * taken * channels);
  for (let edge = 0; edge < edges; edge++) {
    const start = (edge * steps + from) * channels;
    part.set(values.subarray(start, start + taken * channels), edge * taken * channels);
  }
  return { edges, steps: taken, channels, values: part };
}

/** At most so many of the edges, spread evenly over all. */
export function someEdges(residuals: Residuals, most: number): Residuals {
  const { edges, steps, channels, values } = residuals;
  if (edges <= most) return residuals;
  const part = new Float32Array(most * steps * channels);
  const size = steps * channels;
  for (let i = 0; i < most; i++) {
    const edge = Math.floor((i * edges) / most);
    part.set(values.subarray(edge * size, (edge + 1) * size), i * size);
  }
  return { edges: most, steps, channels, values: part };
}
