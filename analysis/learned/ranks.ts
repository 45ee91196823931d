/**
 * Sizes seen on quiet data held back, to rank new ones among (split conformal prediction, Vovk et al. 2005; Laxhammar 2014): the largest are kept
 * each, of the others as many in even steps of rank.
 */
export interface Ranks {
  readonly count: number;
  /** Ascending. */
  readonly sizes: Float32Array;
  /** How many of all are at least as large as each of `sizes`. */
  readonly atLeast: Float64Array;
}

/** Sizes kept of the tail and, again, of the rest: p is exact below 1024 of `count`, and at most 1/1024 too large above. */
export const KEPT = 1_024;

/** @param sizes those that are NaN are left out */
export function ranksOf(sizes: Float32Array): Ranks {
  const ascending = sizes.filter((size) => !Number.isNaN(size)).sort();
  const count = ascending.length;
  const body = Math.max(0, count - KEPT);
  const thinned = Math.min(body, KEPT);
  const places = [
    ...Array.from({ length: thinned }, (_, i) => Math.floor((i * body) / thinned)),
    ...Array.from({ length: count - body }, (_, i) => body + i),
  ];
  return {
    count,
    sizes: Float32Array.from(places, (place) => ascending[place]!),
    atLeast: Float64Array.from(places, (place) => count - place),
  };
}

/**
 * Probability of a size at least this large on a quiet day: valid whatever the sizes' distribution, as long as new quiet sizes are
 * like those held back. Never 0; 1 for what is missing, as it speaks for nothing.
 */
export function rankP({ count, sizes, atLeast }: Ranks, size: number): number {
  if (Number.isNaN(size)) return 1;
  // Of those kept, the last that is smaller: whatever stands before it is smaller too.
  const smaller = firstBeyond(sizes, (kept) => kept >= size) - 1;
  return smaller < 0 ? 1 : atLeast[smaller]! / (count + 1);
}

/** The first place of ascending sizes from which on all are beyond. */
function firstBeyond(sizes: Float32Array, beyond: (kept: number) => boolean): number {
  let low = 0;
  let high = sizes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (beyond(sizes[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
