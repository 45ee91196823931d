import type { Rank, Variable } from '@tensorflow/tfjs-core';
import { type Random, randomOf } from '../statistics/random.ts';
import type { Tensors } from './backend.ts';
import { masksOf, type View } from './masks.ts';
import {
  type Batch,
  freshWeights,
  gradients,
  layersOf,
  lossOf,
  maskLayers,
  type Weights,
} from './network.ts';
import { type Explanation, inputsOf, windows } from './window.ts';

/** How long to train; bounds of time, not of quality: training ends by itself where held-back data get no better. */
export interface Effort {
  readonly rounds: number;
  /** A round is at most as long as it takes to see all the data once. */
  readonly batchesPerRound: number;
  readonly batchSize: number;
}

export const NIGHTLY: Effort = { rounds: 40, batchesPerRound: 50, batchSize: 512 };

export interface Trained {
  readonly weights: Weights;
  /** Loss on the data held back, of the explanation alone and of the best weights. */
  readonly before: number;
  readonly after: number;
  readonly rounds: number;
}

const LEARNING_RATE = 2e-3;
/** Rounds without anything better on held-back data, after which training ends. */
const PATIENCE = 4;
/** Places of the held-back data that judge: the same ones each round. */
const JUDGED = 4_096;

/**
 * Trains the network on quiet data until quiet data held back are predicted no better; gives the weights that predicted them best. The
 * same seed gives the same weights on the same backend.
 */
export function train(
  tensors: Tensors,
  view: View,
  quiet: Explanation,
  heldBack: Explanation,
  seed: number,
  effort: Effort = NIGHTLY,
): Trained {
  const { channels } = quiet;
  const random = randomOf(seed);
  const masks = maskLayers(tensors, masksOf(channels, view), channels);
  const fresh = freshWeights(channels, random);
  const layers = tensors.tidy(() =>
    layersOf(tensors, fresh, channels).map((layer) => tensors.variable(layer)),
  ) as Variable<Rank.R2>[];
  const once = Math.ceil((quiet.edges * quiet.steps) / effort.batchSize);
  const batches = Math.min(effort.batchesPerRound, once);
  const optimizer = tensors.train.adam(LEARNING_RATE);
  const judged = batch(tensors, heldBack, places(heldBack, JUDGED, random));
  const judge = (): number => tensors.tidy(() => lossOf(tensors, layers, masks, judged).dataSync()[0]!);
  try {
    const before = judge();
    let best = { weights: fresh as Weights, after: before };
    let round = 0;
    for (let since = 0; round < effort.rounds && since < PATIENCE; round++) {
      for (let i = 0; i < batches; i++) step();
      const after = judge();
      since = after < best.after ? 0 : since + 1;
      if (since === 0) best = { weights: layers.map((layer) => Float32Array.from(layer.dataSync())), after };
    }
    return { ...best, before, rounds: round };
  } finally {
    tensors.dispose([...layers, ...masks, ...judged]);
    optimizer.dispose();
  }

  function step(): void {
    tensors.tidy(() => {
      const found = gradients(
        tensors,
        layers,
        masks,
        batch(tensors, quiet, places(quiet, effort.batchSize, random)),
      );
      optimizer.applyGradients(layers.map(({ name }, i) => ({ name, tensor: found[i]! })));
    });
  }
}

const places = ({ edges, steps }: Explanation, count: number, random: Random): Float64Array =>
  Float64Array.from({ length: count }, () => Math.floor(random.next() * edges * steps));

function batch(tensors: Tensors, from: Explanation, at: Float64Array): Batch {
  const { channels, rest } = from;
  const targets = new Float32Array(at.length * channels);
  const measured = new Float32Array(at.length * channels);
  at.forEach((place, i) => {
    for (let channel = 0; channel < channels; channel++) {
      const value = rest[place * channels + channel]!;
      if (Number.isNaN(value)) continue;
      targets[i * channels + channel] = value;
      measured[i * channels + channel] = 1;
    }
  });
  return [
    tensors.tensor2d(windows(from, at), [at.length, inputsOf(channels)]),
    tensors.tensor2d(targets, [at.length, channels]),
    tensors.tensor2d(measured, [at.length, channels]),
  ];
}
