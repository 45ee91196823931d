import { inputsOf, PAST_STEPS } from './window.ts';

/**
 * What a channel may be predicted from beside the channels before it in the order of cause: nothing else (`causes`: what
 * lasts keeps standing out), or the past of all channels, its own too (`past`: what begins stands out most).
 */
export type View = 'causes' | 'past';

export const VIEWS: readonly View[] = ['causes', 'past'];

/** Units of each hidden layer. */
export const HIDDEN = 48;

/** 1 where a weight may be other than 0; each `[from][to]`. */
export interface Masks {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly last: Float32Array;
}

/**
 * Masks of an autoregressive network (MADE, Germain et al. 2015): a unit of degree m sees the channels before channel m alone, so that one
 * pass predicts every channel from those before it.
 */
export function masksOf(channels: number, view: View): Masks {
  const inputs = Array.from({ length: inputsOf(channels) }, (_, i) => {
    const lag = Math.floor(i / (2 * channels));
    return lag > 0 && lag <= PAST_STEPS && view === 'past' ? 0 : (i % channels) + 1;
  });
  const hidden = Array.from({ length: HIDDEN }, (_, i) => i % channels);
  // A mean and a scale for each channel.
  const outputs = Array.from({ length: 2 * channels }, (_, i) => i % channels);
  return {
    first: between(inputs, hidden),
    second: between(hidden, hidden),
    last: between(hidden, outputs),
  };
}

function between(from: readonly number[], to: readonly number[]): Float32Array {
  const mask = new Float32Array(from.length * to.length);
  from.forEach((source, i) => {
    to.forEach((target, j) => {
      mask[i * to.length + j] = source <= target ? 1 : 0;
    });
  });
  return mask;
}
