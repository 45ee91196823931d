import { lnBeta, lnGamma } from './special.ts';

/**
 * Larger samples are thinned to this size before a tail is summed: beyond it the uncertainty of the baseline, not the
 * sample, decides, and less data can only make the test more cautious.
 */
const SAMPLE_CAP = 5_000;

/**
 * P(K >= k) for K ~ beta-binomial(n, alpha, beta): the chance of at least `k` bad among `n` when the rate itself is
 * only known as Beta(alpha, beta). Exact upper sum; 1 where `k` is not above the mean.
 */
export function betaBinomialTail(k: number, n: number, alpha: number, beta: number): number {
  if (n > SAMPLE_CAP) return betaBinomialTail(Math.floor((k * SAMPLE_CAP) / n), SAMPLE_CAP, alpha, beta);
  if (k <= 0 || k <= (n * alpha) / (alpha + beta)) return 1;
  const choose = lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
  let term = Math.exp(choose + lnBeta(k + alpha, n - k + beta) - lnBeta(alpha, beta));
  let sum = 0;
  for (let j = k; j <= n; j++) {
    sum += term;
    if (term < sum * 1e-12) break;
    term *= ((n - j) * (j + alpha)) / ((j + 1) * (n - j - 1 + beta));
  }
  return Math.min(1, sum);
}

/** Where a rate is believed to lie: mean and weight (in requests) of a beta distribution. */
export interface Belief {
  readonly mean: number;
  readonly weight: number;
}

/** P(at least `bad` of `total`) under a belief about the rate. */
export function surprise(bad: number, total: number, belief: Belief): number {
  return betaBinomialTail(bad, total, belief.mean * belief.weight, (1 - belief.mean) * belief.weight);
}

/**
 * Log-likelihood ratio of a binomial group whose rate is free against the same group at its expected count (the
 * unconditional form of Kulldorff's scan statistic, 1997); 0 where there is no excess.
 */
export function excessLikelihood(bad: number, total: number, expected: number): number {
  if (total <= 0 || bad <= expected) return 0;
  const mu = Math.min(Math.max(expected, 1e-9), total - 1e-9);
  const good = total - bad;
  return bad * Math.log(bad / mu) + (good <= 0 ? 0 : good * Math.log(good / (total - mu)));
}
