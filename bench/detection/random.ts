import { type SeededRandom, seeded } from '../localization/random.ts';

export interface Random extends SeededRandom {
  /** Uniform in [0, 1). */
  next(): number;
  poisson(mean: number): number;
  pick<T>(items: readonly T[]): T;
}

/** From here on a count is as good as normal. */
const LARGE_COUNT = 50;

export function randomOf(seed: string): Random {
  const random = seeded(seed);
  const next = () => random.uniform(0, 1);
  return {
    ...random,
    next,
    poisson(mean) {
      if (mean > LARGE_COUNT) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = next(); product > limit; product *= next()) count++;
      return count;
    },
    pick: (items) => items[random.integer(0, items.length - 1)]!,
  };
}
