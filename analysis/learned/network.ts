import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { Random } from '../statistics/random.ts';
import type { Tensors } from './backend.ts';
import { HIDDEN, type Masks } from './masks.ts';
import { inputsOf } from './window.ts';

/** Weights and biases of three layers, one after the other; `shapesOf` tells their sizes. */
export type Weights = readonly Float32Array[];

type Shape = readonly [rows: number, columns: number];

/** Degrees of freedom of the predicted distribution: heavy tails, so that quiet data with a few odd values teach the same. */
const FREEDOM = 4;
/** The predicted scale is at most e^this times the usual one, or as much less. */
const LARGEST_LOG_SCALE = 3;

export const shapesOf = (channels: number): readonly Shape[] => [
  [inputsOf(channels), HIDDEN],
  [1, HIDDEN],
  [HIDDEN, HIDDEN],
  [1, HIDDEN],
  [HIDDEN, 2 * channels],
  [1, 2 * channels],
];

/** Weights to begin with: the last layer is 0, so that what is predicted first is the explanation alone, with its scale. */
export function freshWeights(channels: number, random: Random): Float32Array[] {
  const shapes = shapesOf(channels);
  return shapes.map(([rows, columns], i) => {
    const spread = rows === 1 || i >= shapes.length - 2 ? 0 : Math.sqrt(2 / rows);
    return Float32Array.from({ length: rows * columns }, () => spread * random.normal());
  });
}

export type Layers = readonly Tensor2D[];

/** As tensors; the caller disposes of them. */
export const layersOf = (tensors: Tensors, weights: Weights, channels: number): Tensor2D[] =>
  shapesOf(channels).map(([rows, columns], i) => tensors.tensor2d(weights[i]!, [rows, columns]));

export const maskLayers = (tensors: Tensors, { first, second, last }: Masks, channels: number): Tensor2D[] =>
  [first, second, last].map((mask, i) => {
    const [rows, columns] = shapesOf(channels)[2 * i]!;
    return tensors.tensor2d(mask, [rows, columns]);
  });

/** Activations of each layer, the inputs first; the last are mean and raw logarithm of the scale of each channel. */
function forward(tensors: Tensors, weights: Layers, biases: Layers, inputs: Tensor2D): Tensor2D[] {
  const activations = [inputs];
  weights.forEach((layer, i) => {
    const sum = tensors.add(tensors.matMul(activations[i]!, layer), biases[i]!) as Tensor2D;
    activations.push(i < weights.length - 1 ? tensors.relu(sum) : sum);
  });
  return activations;
}

const masked = (tensors: Tensors, layers: Layers, masks: Layers): Tensor2D[] =>
  masks.map((mask, i) => tensors.mul(layers[2 * i]!, mask));

const biasesOf = (layers: Layers): Layers => layers.filter((_, i) => i % 2 === 1);

/** Bounded smoothly: a scale at its bound can still be taught. */
const boundedLogs = (tensors: Tensors, raw: Tensor2D): Tensor2D =>
  tensors.mul(tensors.tanh(tensors.div(raw, LARGEST_LOG_SCALE)), LARGEST_LOG_SCALE);

/** Mean and logarithm of the scale of each channel, `[row][channel]` each; call it within `tidy`. */
export function predict(
  tensors: Tensors,
  layers: Layers,
  masks: Layers,
  inputs: Tensor2D,
): [Tensor2D, Tensor2D] {
  const output = forward(tensors, masked(tensors, layers, masks), biasesOf(layers), inputs).at(-1)!;
  const [means, raw] = tensors.split(output, 2, 1) as [Tensor2D, Tensor2D];
  return [means, boundedLogs(tensors, raw)];
}

/** Rows to learn from: `inputs`, `targets` (0 where nothing was measured), `measured` (1 where something was). */
export type Batch = readonly [inputs: Tensor2D, targets: Tensor2D, measured: Tensor2D];

/** Mean negative logarithm of the likelihood (Student's distribution, up to a constant) of what was measured. */
export function lossOf(tensors: Tensors, layers: Layers, masks: Layers, batch: Batch): Scalar {
  const [inputs, targets, measured] = batch;
  const [means, logs] = predict(tensors, layers, masks, inputs);
  const z = tensors.div(tensors.sub(targets, means), tensors.exp(logs));
  const tails = tensors.log(tensors.add(tensors.div(tensors.square(z), FREEDOM), 1));
  const each = tensors.add(logs, tensors.mul(tails, (FREEDOM + 1) / 2));
  return tensors.div(tensors.sum(tensors.mul(each, measured)), tensors.maximum(tensors.sum(measured), 1));
}

/**
 * How the loss changes with each of `layers`. Written out: the core of the library brings no derivatives, and what this needs is
 * there on every backend.
 */
export function gradients(tensors: Tensors, layers: Layers, masks: Layers, batch: Batch): Tensor2D[] {
  const [inputs, targets, measured] = batch;
  const weights = masked(tensors, layers, masks);
  const activations = forward(tensors, weights, biasesOf(layers), inputs);
  const [means, raw] = tensors.split(activations.at(-1)!, 2, 1) as [Tensor2D, Tensor2D];
  const logs = boundedLogs(tensors, raw);
  const z = tensors.div(tensors.sub(targets, means), tensors.exp(logs));
  const share = tensors.div(measured, tensors.maximum(tensors.sum(measured), 1));
  const pull = tensors.div(tensors.mul(z, FREEDOM + 1), tensors.add(tensors.square(z), FREEDOM));
  const byMean = tensors.neg(tensors.div(tensors.mul(share, pull), tensors.exp(logs)));
  const byLog = tensors.mul(share, tensors.sub(1, tensors.mul(pull, z)));
  const byRaw = tensors.mul(byLog, tensors.sub(1, tensors.square(tensors.div(logs, LARGEST_LOG_SCALE))));
  let back = tensors.concat([byMean, byRaw], 1) as Tensor2D;
  const found: Tensor2D[] = [];
  for (let i = weights.length - 1; i >= 0; i--) {
    const below = activations[i]!;
    // Turned first: WebAssembly multiplies ten times slower when it is to turn a side itself.
    const product = tensors.matMul(tensors.transpose(below), back);
    const byWeights = tensors.mul(product, masks[i]!) as Tensor2D;
    found.unshift(byWeights, tensors.sum(back, 0, true) as Tensor2D);
    if (i === 0) break;
    const through = tensors.matMul(back, tensors.transpose(weights[i]!));
    back = tensors.mul(through, tensors.step(below));
  }
  return found;
}
