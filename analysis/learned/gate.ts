import type { Gain } from './detector.ts';
import type { Episode } from './inject.ts';
import { rankP, ranksOf } from './ranks.ts';

/** Evidence of so many steps is averaged: single steps are no incidents. */
const GATHERED = 5;
/** Of a normal distribution, one-sided 99 %. */
const Z_99 = 2.326;
/** Fewer episodes tell nothing. */
const FEWEST_EPISODES = 20;
/** The least gain that is worth a model, in nats a step. */
const LEAST_GAIN = 0.05;

/** -ln p of one channel, `[edge][step]`, of quiet data and of the same data with episodes. */
export interface Evidence {
  readonly quiet: Float32Array;
  readonly shifted: Float32Array;
}

export const helps = ({ low, episodes }: Gain): boolean => episodes >= FEWEST_EPISODES && low > LEAST_GAIN;

/**
 * What the evidence with the network has over the evidence without it. Both are gathered alike and ranked among the same quiet steps,
 * so that neither gains by being generous.
 */
export function gainOf(
  without: Evidence,
  withView: Evidence,
  steps: number,
  episodes: readonly Episode[],
): Gain {
  const before = seen(without, steps, episodes);
  const after = seen(withView, steps, episodes);
  const differences = after.map((value, i) => value - before[i]!);
  const mean = meanOf(differences);
  const variance = meanOf(differences.map((value) => (value - mean) ** 2));
  return {
    without: meanOf(before),
    with: meanOf(after),
    low: mean - Z_99 * Math.sqrt(variance / Math.max(1, episodes.length)),
    episodes: episodes.length,
  };
}

/** Mean evidence of each episode. */
function seen({ quiet, shifted }: Evidence, steps: number, episodes: readonly Episode[]): number[] {
  const ranks = ranksOf(gathered(quiet, steps));
  const evidence = gathered(shifted, steps);
  return episodes.map(({ edge, from, to }) => {
    let total = 0;
    for (let step = from; step < to; step++) total -= Math.log(rankP(ranks, evidence[edge * steps + step]!));
    return total / (to - from);
  });
}

/** Means over the last steps of the same edge. */
function gathered(evidence: Float32Array, steps: number): Float32Array {
  return evidence.map((_, at) => {
    const first = at - Math.min(GATHERED - 1, at % steps);
    let total = 0;
    for (let i = first; i <= at; i++) total += evidence[i]!;
    return total / (at - first + 1);
  });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
