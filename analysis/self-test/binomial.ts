import type { Random } from '../statistics/random.ts';

/** Trials thrown one by one; of more, the count is drawn from the normal that it then nearly follows. */
const EXACT = 200;
const Z95 = 1.959963984540054;

/** How many of `n` happen, each with a chance. */
export function binomial(random: Random, n: number, chance: number): number {
  if (n > EXACT && n * chance > 10) {
    const drawn = Math.round(n * chance + random.normal() * Math.sqrt(n * chance * (1 - chance)));
    return Math.min(n, Math.max(0, drawn));
  }
  if (n > EXACT) return Math.min(n, random.poisson(n * chance));
  let count = 0;
  for (let i = 0; i < n; i++) if (random.next() < chance) count++;
  return count;
}

/** Wilson's 95 % interval of a share of trials (1927): right also near 0 and 1, and for few trials. */
export function interval(hits: number, trials: number): { readonly low: number; readonly high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const share = hits / trials;
  const weight = Z95 ** 2 / trials;
  const middle = (share + weight / 2) / (1 + weight);
  const half = (Z95 * Math.sqrt((share * (1 - share)) / trials + weight / (4 * trials))) / (1 + weight);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
