import type { Tensors } from './backend.ts';
import { masksOf, type View } from './masks.ts';
import { layersOf, maskLayers, predict, type Weights } from './network.ts';
import { type Explanation, inputsOf, windows } from './window.ts';

/** Rows of one tensor: thousands of edges at once, within some tens of megabytes. */
const ROWS = 8_192;

/**
 * How far each value lies from what was predicted, in predicted scales: `[edge][step][channel]`, NaN where nothing was measured.
 *
 * @param from the first step that is asked for; the steps before it are past only
 */
export function surprises(
  tensors: Tensors,
  view: View,
  weights: Weights,
  data: Explanation,
  from = 0,
): Float32Array {
  const { edges, steps, channels, rest } = data;
  const asked = steps - from;
  const total = edges * asked;
  const result = new Float32Array(total * channels);
  const layers = layersOf(tensors, weights, channels);
  const masks = maskLayers(tensors, masksOf(channels, view), channels);
  for (let start = 0; start < total; start += ROWS) {
    const count = Math.min(ROWS, total - start);
    const places = Float64Array.from({ length: count }, (_, i) => {
      const row = start + i;
      return Math.floor(row / asked) * steps + from + (row % asked);
    });
    const [means, logs] = tensors.tidy(() => {
      const inputs = tensors.tensor2d(windows(data, places), [count, inputsOf(channels)]);
      return predict(tensors, layers, masks, inputs).map((each) => each.dataSync() as Float32Array);
    }) as [Float32Array, Float32Array];
    for (let i = 0; i < count; i++)
      for (let channel = 0; channel < channels; channel++) {
        const at = i * channels + channel;
        const value = rest[places[i]! * channels + channel]!;
        result[start * channels + at] = (value - means[at]!) / Math.exp(logs[at]!);
      }
  }
  tensors.dispose([...layers, ...masks]);
  return result;
}
