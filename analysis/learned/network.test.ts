import { beforeAll, describe, expect, test } from 'vitest';
import { randomOf } from '../testing/random.ts';
import { loadTensors, type Tensors } from './backend.ts';
import { masksOf, VIEWS, type View } from './masks.ts';
import { type Batch, freshWeights, gradients, layersOf, lossOf, maskLayers, predict } from './network.ts';
import { inputsOf } from './window.ts';

const CHANNELS = 3;
const ROWS = 7;

/** Weights without zeros, and rows to learn from, of which one value was not measured. */
function setting(tensors: Tensors, view: View) {
  const random = randomOf(7);
  const weights = freshWeights(CHANNELS, random).map((layer) =>
    layer.map((value) => value + 0.1 * random.normal()),
  );
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
  const inputs = normal(ROWS * inputsOf(CHANNELS));
  const measured = new Float32Array(ROWS * CHANNELS).fill(1);
  measured[4] = 0;
  const batch: Batch = [
    tensors.tensor2d(inputs, [ROWS, inputsOf(CHANNELS)]),
    tensors.tensor2d(normal(ROWS * CHANNELS), [ROWS, CHANNELS]),
    tensors.tensor2d(measured, [ROWS, CHANNELS]),
  ];
  return { weights, inputs, batch, masks: maskLayers(tensors, masksOf(CHANNELS, view), CHANNELS) };
}

describe.each(VIEWS)('the network that sees %s', (view) => {
  let tensors: Tensors;
  beforeAll(async () => {
    ({ tensors } = await loadTensors('cpu'));
  });

  test('learns by the true derivatives of its loss', () => {
    const { weights, batch, masks } = setting(tensors, view);
    const loss = (changed: readonly Float32Array[]) =>
      tensors.tidy(() => lossOf(tensors, layersOf(tensors, changed, CHANNELS), masks, batch).dataSync()[0]!);
    const found = gradients(tensors, layersOf(tensors, weights, CHANNELS), masks, batch).map((each) =>
      each.dataSync(),
    );
    const random = randomOf(3);
    const step = 1e-2;
    weights.forEach((layer, i) => {
      for (let tried = 0; tried < 12; tried++) {
        const at = Math.floor(random.next() * layer.length);
        const [up, down] = [step, -step].map((change) =>
          loss(weights.map((each, j) => (j === i ? each.map((v, k) => (k === at ? v + change : v)) : each))),
        );
        expect(found[i]![at]).toBeCloseTo((up! - down!) / (2 * step), 2);
      }
    });
  });

  test('predicts no channel from itself or a later one', () => {
    const { weights, inputs, masks } = setting(tensors, view);
    const predictedFrom = (values: Float32Array) =>
      predict(
        tensors,
        layersOf(tensors, weights, CHANNELS),
        masks,
        tensors.tensor2d(values, [ROWS, inputsOf(CHANNELS)]),
      ).map((each) => each.dataSync());
    const before = predictedFrom(inputs);
    for (let changed = 0; changed < CHANNELS; changed++) {
      const present = inputs.map((value, i) => {
        const place = i % inputsOf(CHANNELS);
        return place < 2 * CHANNELS && place % CHANNELS === changed ? value + 3 : value;
      });
      const after = predictedFrom(present);
      const differs = Array.from({ length: CHANNELS }, (_, channel) =>
        before.some((values, i) =>
          values.some((value, at) => at % CHANNELS === channel && value !== after[i]![at]),
        ),
      );
      expect(differs).toEqual(Array.from({ length: CHANNELS }, (_, channel) => channel > changed));
    }
  });
});

test('a past step of the channel itself is seen by one view and not by the other', async () => {
  const { tensors } = await loadTensors('cpu');
  const moved = VIEWS.map((view) => {
    const { weights, inputs, masks } = setting(tensors, view);
    const [before, after] = [0, 3].map((change) => {
      const values = inputs.map((value, i) =>
        i % inputsOf(CHANNELS) === 2 * CHANNELS + 1 ? value + change : value,
      );
      const rows = tensors.tensor2d(values, [ROWS, inputsOf(CHANNELS)]);
      return predict(tensors, layersOf(tensors, weights, CHANNELS), masks, rows)[0].dataSync();
    });
    return before!.some((value, i) => i % CHANNELS === 1 && value !== after![i]);
  });
  expect(Object.fromEntries(VIEWS.map((view, i) => [view, moved[i]]))).toEqual({ causes: false, past: true });
});
