import { dispersionOf, intraclass, type Sample } from './dispersion.ts';
import { quantile } from './quantile.ts';
import { type Belief, surprise } from './tail.ts';

/** The part of a past that is taken for quiet before anything is known about it. */
const QUIET_SHARE = 0.9;
/** A past point stays out when fewer than this many of as many points would be as bad by chance. */
const STRANGE_POINTS = 0.1;
/** The search settles in a few rounds; each can only add points. */
const MOST_ROUNDS = 50;

/**
 * What a past with incidents in it says about the rate of bad events when there are none: mean and over-dispersion of the
 * quieter points, to which the others are added while they do not surprise (a forward search: Atkinson and Riani 2000).
 */
export function quietBelief(samples: readonly Sample[]): Belief {
  const known = samples.filter(({ total }) => total > 0);
  const rates = Float64Array.from(known, ({ bad, total }) => bad / total);
  const limit = quantile(rates, QUIET_SHARE);
  let kept = known.filter((_, at) => rates[at]! <= limit);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const belief = beliefOf(kept);
    const grown = known.filter(
      ({ bad, total }, at) =>
        rates[at]! <= limit || surprise(bad, total, belief) > STRANGE_POINTS / known.length,
    );
    if (grown.length === kept.length) break;
    kept = grown;
  }
  return beliefOf(kept);
}

function beliefOf(samples: readonly Sample[]): Belief {
  let [bad, total] = [0, 0];
  for (const sample of samples) {
    bad += sample.bad;
    total += sample.total;
  }
  const shared = intraclass(dispersionOf(samples));
  // No rate is known better than by all the events it was counted from.
  const weight = Math.min(shared > 0 ? (1 - shared) / shared : Number.POSITIVE_INFINITY, total + 1);
  return { mean: (bad + 0.5) / (total + 1), weight };
}
