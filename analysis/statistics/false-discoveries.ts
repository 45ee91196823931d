/**
 * Adjusted probabilities by Benjamini and Yekutieli (2001): rejecting what is at most q keeps the expected share of false
 * ones among the rejected at q, whatever the dependence of the tests.
 *
 * @param probabilities of the tests that stood out; the others are taken as 1
 * @param tests how many there were, at least as many as are given
 * @returns in the order given, each 0..1; never smaller than the probability itself, and in the same order
 */
export function adjusted(probabilities: readonly number[], tests: number): number[] {
  const m = Math.max(tests, probabilities.length);
  let harmonic = 0;
  for (let i = 1; i <= m; i++) harmonic += 1 / i;
  const order = probabilities.map((_, i) => i).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const result = Array<number>(probabilities.length).fill(1);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const i = order[rank - 1]!;
    least = Math.min(least, (probabilities[i]! * m * harmonic) / rank);
    result[i] = least;
  }
  return result;
}

/**
 * Which of some e-values are rejected at q: the e-BH procedure of Wang and Ramdas (2022), valid under any dependence and
 * without the logarithm that Benjamini and Yekutieli pay.
 */
export function rejectedByEvidence(evidence: readonly number[], tests: number, q: number): boolean[] {
  const m = Math.max(tests, evidence.length);
  const order = evidence.map((_, i) => i).sort((a, b) => evidence[b]! - evidence[a]!);
  let rejected = 0;
  for (let rank = 1; rank <= order.length; rank++) {
    if (rank * evidence[order[rank - 1]!]! >= m / q) rejected = rank;
  }
  const result = Array<boolean>(evidence.length).fill(false);
  for (const i of order.slice(0, rejected)) result[i] = true;
  return result;
}
