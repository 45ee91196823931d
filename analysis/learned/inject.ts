import { type Random, randomOf } from '../statistics/random.ts';
import type { Residuals } from './residuals.ts';

/** Where residuals were shifted, to see whether it shows. */
export interface Episode {
  readonly edge: number;
  readonly from: number;
  readonly to: number;
}

/** Shifts that are hard or easy to see, in scales of the quiet past. */
const SMALLEST_SHIFT = 1;
const LARGEST_SHIFT = 4;
const SHORTEST = 5;
const LONGEST = 30;
/** Quiet steps between two episodes, so that each begins on an ordinary past. */
const BETWEEN = 30;

/** A copy of the data in which one channel is shifted now and then, and where. */
export function injected(
  data: Residuals,
  channel: number,
  side: 'up' | 'both',
  seed: number,
): { readonly shifted: Residuals; readonly episodes: readonly Episode[] } {
  const { edges, steps, channels } = data;
  const values = Float32Array.from(data.values);
  const random = randomOf(seed);
  const episodes: Episode[] = [];
  for (let edge = 0; edge < edges; edge++)
    for (let from = between(random, 0, BETWEEN); from < steps; ) {
      const to = Math.min(steps, from + between(random, SHORTEST, LONGEST));
      const size = SMALLEST_SHIFT + random.next() * (LARGEST_SHIFT - SMALLEST_SHIFT);
      const shift = side === 'both' && random.next() < 0.5 ? -size : size;
      for (let step = from; step < to; step++) values[(edge * steps + step) * channels + channel]! += shift;
      episodes.push({ edge, from, to });
      from = to + BETWEEN;
    }
  return { shifted: { ...data, values }, episodes };
}

const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random.next() * (most - least + 1));
