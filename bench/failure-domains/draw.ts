import { type SeededRandom, seeded } from '../localization/random.ts';

/** Draws a world is made of; the same text gives the same draws. */
export interface Draw extends SeededRandom {
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Uniform on a logarithmic scale. */
  scale(range: Range): number;
  /** A whole number of a range, both ends included. */
  whole(range: Range): number;
  poisson(mean: number): number;
  shuffled<T>(items: readonly T[]): T[];
}

export type Range = readonly [least: number, most: number];

export function drawOf(seed: string): Draw {
  const random = seeded(seed);
  return {
    ...random,
    chance: (probability) => random.uniform(0, 1) < probability,
    pick: (items) => items[Math.min(items.length - 1, Math.floor(random.uniform(0, items.length)))]!,
    scale: ([least, most]) => Math.exp(random.uniform(Math.log(least), Math.log(most))),
    whole: ([least, most]) => random.integer(least, most),
    poisson: (mean) => {
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = random.uniform(0, 1); product > limit; product *= random.uniform(0, 1)) count++;
      return count;
    },
    shuffled: (items) => {
      const order = [...items];
      for (let i = order.length - 1; i > 0; i--) {
        const j = random.integer(0, i);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

/** Picks by weight. */
export function weighted(draw: Draw, weights: Float64Array, sum: number): number {
  let left = draw.uniform(0, sum);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
