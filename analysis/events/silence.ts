/**
 * The chance that something met in `active` bins, all of them among the last `recent`, was not met in the `silent` bins before by chance: if
 * bins are exchangeable, the active ones are a random draw from all of them (hypergeometric; for one meeting that is the share of the
 * recent bins, for many it falls as fast as the rule of three says). No rate is assumed.
 */
export function firstChance(active: number, recent: number, silent: number): number {
  let chance = 1;
  for (let i = 0; i < Math.min(active, recent); i++) chance *= (recent - i) / (recent + silent - i);
  return chance;
}

/** Fewer blocks of the past than this do not show how it varies. */
export const ENOUGH_BLOCKS = 5;

/**
 * The chance of nothing at all in a stretch whose like held `blocks` before: negative binomial with their mean and variance, Poisson
 * where they vary less; and not less than the share of them that were empty. 1 where there are too few.
 *
 * @param clump how many come at once: what is counted in clumps is as sure as their number, not as their sum
 */
export function nothingChance(blocks: readonly number[], clump: number, enough = ENOUGH_BLOCKS): number {
  const mean = blocks.reduce((sum, n) => sum + n, 0) / Math.max(1, blocks.length);
  if (blocks.length < enough || mean <= 0) return 1;
  const variance = blocks.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (blocks.length - 1);
  const size = variance > mean ? (mean * mean) / (variance - mean) : Number.POSITIVE_INFINITY;
  const model = Number.isFinite(size) ? (size / (size + mean)) ** size : Math.exp(-mean);
  // Poisson in clumps; their mean itself is known from as many only (a gamma belief about it).
  const clumps = mean / Math.max(1, clump);
  const known = (blocks.length / (blocks.length + 1)) ** (clumps * blocks.length);
  const empty = blocks.filter((n) => n === 0).length / blocks.length;
  return Math.min(1, Math.max(model, known, empty));
}

/** Index of dispersion: variance over mean, 1 of Poisson counts, and of clumped ones about the size of a clump. */
export function clumpOf(counts: Float64Array): number {
  const mean = counts.reduce((sum, n) => sum + n, 0) / Math.max(1, counts.length);
  if (mean === 0) return 1;
  return counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length / mean;
}

/** Active bins beyond this are not needed to tell a habit. */
const MOST_OFTEN = 20;

/**
 * How many things never met in a history are met for the first time in a stretch `share` as long, from how many were met in exactly
 * one bin of it, in two, … (Good and Toulmin 1956); `null` for a stretch longer than the history, where the series says nothing.
 */
export function usualFirsts(timesMet: Iterable<number>, share: number): number | null {
  if (share > 1) return null;
  const metExactly = new Float64Array(MOST_OFTEN + 1);
  for (const times of timesMet) if (times >= 1 && times <= MOST_OFTEN) metExactly[times]!++;
  let sum = 0;
  for (let i = 1; i <= MOST_OFTEN; i++) sum -= (-share) ** i * metExactly[i]!;
  return Math.max(0, sum);
}
