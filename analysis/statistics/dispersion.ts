import { chiSquareTail } from './special.ts';

export interface Sample {
  readonly bad: number;
  readonly total: number;
}

/** Sums the ANOVA estimator needs; they add up over strata, so edges can be pooled. */
export interface Dispersion {
  readonly between: number;
  readonly within: number;
  readonly groups: number;
  /** Sum over strata of (groups - 1) * effective group size. */
  readonly size: number;
  readonly freedom: number;
}

const NONE: Dispersion = { between: 0, within: 0, groups: 0, size: 0, freedom: 0 };

/** Between- and within-group sums of squares of 0/1 outcomes in groups (windows of one edge, or leaves of one edge). */
export function dispersionOf(samples: readonly Sample[]): Dispersion {
  let bad = 0;
  let total = 0;
  let squares = 0;
  let groups = 0;
  for (const sample of samples) {
    if (sample.total === 0) continue;
    groups++;
    bad += sample.bad;
    total += sample.total;
    squares += sample.total * sample.total;
  }
  if (groups < 2) return NONE;
  const rate = bad / total;
  let between = 0;
  let within = 0;
  for (const sample of samples) {
    if (sample.total === 0) continue;
    const own = sample.bad / sample.total;
    between += sample.total * (own - rate) ** 2;
    within += sample.total * own * (1 - own);
  }
  return { between, within, groups: groups - 1, size: total - squares / total, freedom: total - groups };
}

export function poolDispersion(parts: readonly Dispersion[]): Dispersion {
  const sum = { between: 0, within: 0, groups: 0, size: 0, freedom: 0 };
  for (const part of parts) {
    sum.between += part.between;
    sum.within += part.within;
    sum.groups += part.groups;
    sum.size += part.size;
    sum.freedom += part.freedom;
  }
  return sum;
}

/**
 * Intra-class correlation of outcomes in a group: how much of their variance is shared by the group. ANOVA estimator
 * (Ridout, Demétrio and Firth 1999); 0 for plain binomial counts, in [0, 1).
 */
export function intraclass({ between, within, groups, size, freedom }: Dispersion): number {
  if (groups < 1 || freedom < 1 || size <= 0) return 0;
  const meanBetween = between / groups;
  const meanWithin = within / freedom;
  const effective = size / groups;
  const denominator = meanBetween + (effective - 1) * meanWithin;
  if (denominator <= 0) return 0;
  return Math.min(0.999, Math.max(0, (meanBetween - meanWithin) / denominator));
}

/**
 * P that groups share one rate: Cochran's chi-square over independent groups, divided by the variance inflation that
 * a group of its size has under intra-class correlation `rho`.
 */
export function homogeneity(samples: readonly Sample[], rho: number): number {
  let bad = 0;
  let total = 0;
  let used = 0;
  for (const sample of samples) {
    if (sample.total === 0) continue;
    used++;
    bad += sample.bad;
    total += sample.total;
  }
  if (used < 2 || bad === 0 || bad === total) return 1;
  const rate = bad / total;
  let statistic = 0;
  for (const sample of samples) {
    if (sample.total === 0) continue;
    const variance = sample.total * rate * (1 - rate) * (1 + (sample.total - 1) * rho);
    statistic += (sample.bad - sample.total * rate) ** 2 / variance;
  }
  return chiSquareTail(statistic, used - 1);
}
