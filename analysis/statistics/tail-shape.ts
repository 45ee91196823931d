/** A generalised Pareto distribution of excesses over a threshold: shape 0 is exponential, above 0 heavier. */
export interface Tail {
  readonly scale: number;
  readonly shape: number;
}

/** What is known of shapes before any is seen: mean and deviation of Martins and Stedinger (2000), from many records. */
const PRIOR = { mean: 0.1, deviation: 0.122 } as const;

/**
 * Nats that a heavier tail must gain on an exponential one: half the 95 % quantile of chi-square with one degree of freedom at the
 * bound (5 % of exponential tails are called heavier).
 */
const GAIN = 1.353;

/** Shapes looked at; with 0.8 hardly a mean exists. Steps finer than what a few dozen excesses can tell. */
const SHAPES = Array.from({ length: 40 }, (_, i) => 0.02 * (i + 1));
/** Shape over scale, in units of one over the mean excess. */
const RATIOS = Array.from({ length: 24 }, (_, i) => 0.02 * 1.3 ** i);

/**
 * The tail that excesses come from, by generalised maximum likelihood (Martins and Stedinger 2000): the likelihood of a few
 * excesses alone would call half of all exponential tails light and the other half heavy. Light tails are taken for exponential.
 *
 * @param excesses all above 0, at least one
 */
export function tailOf(excesses: Float64Array): Tail {
  const count = excesses.length;
  const mean = excesses.reduce((sum, value) => sum + value, 0) / count;
  const belief = (shape: number) => -(((shape - PRIOR.mean) / PRIOR.deviation) ** 2) / 2;
  let best: Tail & { likelihood: number } = {
    scale: mean,
    shape: 0,
    likelihood: -count * (Math.log(mean) + 1) + belief(0) + GAIN,
  };
  for (const ratio of RATIOS) {
    const steepness = ratio / mean;
    // For one ratio of shape and scale the excesses enter by this sum alone (Grimshaw 1993).
    const logs = excesses.reduce((sum, value) => sum + Math.log1p(steepness * value), 0);
    for (const shape of SHAPES) {
      const scale = shape / steepness;
      const likelihood = -count * Math.log(scale) - (1 + 1 / shape) * logs + belief(shape);
      if (likelihood > best.likelihood) best = { scale, shape, likelihood };
    }
  }
  return { scale: best.scale, shape: best.shape };
}
