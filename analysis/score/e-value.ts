/**
 * E-values and p-values of an anomaly over a period of `steps` steps, for controlling false discoveries
 * (Benjamini-Yekutieli on p, e-BH on e: Wang and Ramdas 2022).
 *
 * An e-detector (Shin, Ramdas and Rinaldo 2024) is at most a sum of test martingales, one started at each step, so
 * divided by the number of steps it is below one test martingale whose value is 1 at the beginning. What is kept of it is
 * its largest value, which is chosen with hindsight: by Ville's inequality its inverse is a p-value as it stands; as an
 * e-value it is adjusted by A(m) = (m - 1 - ln m) / ln² m, which makes a running maximum an e-value (Shafer, Shen,
 * Vereshchagin and Vovk 2011; Dawid et al. 2011).
 */

/** Beyond it an exponential is no number any more. */
const LARGEST_LN = 700;
/** Around 1 the adjuster is 0/0; its limit there is 1/2. */
const AROUND_ONE = 1e-4;

/** ln of the e-value; it never overflows. `evidence` is ln of the largest value the detector reached. */
export function lnEValue({ evidence }: { readonly evidence: number }, steps: number): number {
  const l = Math.min(Number.MAX_VALUE, evidence - Math.log(Math.max(1, steps)));
  if (Math.abs(l) < AROUND_ONE) return Math.log(0.5);
  if (l > 30) return l + Math.log1p(-(1 + l) * Math.exp(-l)) - 2 * Math.log(l);
  return Math.log((Math.exp(l) - 1 - l) / (l * l));
}

/** E-value against "nothing happened on this channel of this edge in these steps"; at most e^700. */
export function eValue(anomaly: { readonly evidence: number }, steps: number): number {
  return Math.exp(Math.min(LARGEST_LN, lnEValue(anomaly, steps)));
}

/** P-value of the same hypothesis, valid at any time. */
export function pValue({ evidence }: { readonly evidence: number }, steps: number): number {
  return Math.min(1, Math.max(1, steps) * Math.exp(-Math.min(LARGEST_LN, evidence)));
}
