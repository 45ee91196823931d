import type { Random } from './random.ts';
import type { Pod } from './shop.ts';

/** How times wander in a world that nothing is wrong with: factors of 1 in the median. */
export interface Noise {
  /** Of everything: processes share machines. */
  readonly all: number;
  of(pod: Pod): number;
  /** One second on. */
  step(): void;
}

/** Seconds for which a wander lasts. */
const MEMORY = 20;

/** Autoregressive wander of the logarithm: one for all, and one of half the size per pod. */
export function noiseOf(random: Random, deviation: number): Noise {
  const keep = Math.exp(-1 / MEMORY);
  const fresh = Math.sqrt(1 - keep * keep);
  let common = random.normal();
  const pods = new Map<string, number>();
  return {
    get all() {
      return Math.exp(deviation * common);
    },
    of: ({ name }) => {
      let level = pods.get(name);
      if (level === undefined) {
        level = random.normal();
        pods.set(name, level);
      }
      return Math.exp(0.5 * deviation * level);
    },
    step: () => {
      common = keep * common + fresh * random.normal();
      for (const [name, level] of pods) pods.set(name, keep * level + fresh * random.normal());
    },
  };
}
