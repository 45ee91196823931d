import { autocorrelation, peaks } from './autocorrelation.ts';
import { quantileOf } from './robust.ts';

/** What is usual at each phase of a cycle; one phase where the series has no season. */
export interface Season {
  readonly period: number;
  readonly usual: Float64Array;
}

/** Shorter cycles cannot be told from noise between neighbours. */
const SHORTEST_PERIOD = 4;
/** A season must have been seen this often, so that a median outvotes one odd cycle. */
const FEWEST_CYCLES = 3;
/** Peaks of the autocorrelation that are tried. */
const CANDIDATES = 3;
/** Autocorrelation of white noise has the standard error 1/sqrt(n): a peak must stand this many above 0. */
const PEAK_ERRORS = 3;
/** A season must predict cycles it has not seen better than the median does, by more than such errors scatter. */
const GAIN = 0.02;
/** Without a season there are no cycles: the median is judged on every other of so many stretches. */
const FLAT_BLOCKS = 24;
/** Few cycles make noisy medians: neighbouring phases share theirs until as many values as this speak for each phase, */
const VALUES_PER_PHASE = 16;
/** but none further away than this share of the cycle (half an hour of a day), which would blur its shape. */
const NEIGHBOURHOOD = 1 / 48;

/** Finds the season of a quiet past, if it has one, by its errors on cycles left out. */
export function seasonOf(past: Float64Array): Season {
  let least = (1 - GAIN) * errorOf(past, 1, past.length / FLAT_BLOCKS);
  let best = 1;
  const better = (period: number): boolean => {
    if (period < SHORTEST_PERIOD || period * FEWEST_CYCLES > past.length) return false;
    const error = errorOf(past, period, period);
    if (!(error < least)) return false;
    least = error;
    best = period;
    return true;
  };
  for (const period of candidates(past)) better(period);
  // Noise moves the peak of a smooth season by a few points, and an error of one point grows with every cycle.
  if (best > 1) while (better(best - 1) || better(best + 1));
  return { period: best, usual: usualOf(past, best, () => true) };
}

function candidates(past: Float64Array): number[] {
  const correlation = autocorrelation(past, Math.floor(past.length / FEWEST_CYCLES));
  const least = PEAK_ERRORS / Math.sqrt(past.length);
  return peaks(correlation, SHORTEST_PERIOD)
    .filter((lag) => correlation[lag]! > least)
    .slice(0, CANDIDATES);
}

/** Mean absolute error on the even cycles of what is usual in the odd ones, and the reverse. */
function errorOf(past: Float64Array, period: number, cycleLength: number): number {
  const fold = (i: number) => Math.floor(i / cycleLength) % 2;
  const others = [0, 1].map((own) => usualOf(past, period, (i) => fold(i) !== own));
  return (
    past.reduce((total, value, i) => total + Math.abs(value - others[fold(i)]![i % period]!), 0) / past.length
  );
}

/** The median of each phase over the places that are taken, then the mean with the neighbouring phases. */
function usualOf(past: Float64Array, period: number, taken: (i: number) => boolean): Float64Array {
  const column = new Float64Array(Math.ceil(past.length / period));
  const medians = Float64Array.from({ length: period }, (_, phase) => {
    let size = 0;
    for (let i = phase; i < past.length; i += period) if (taken(i)) column[size++] = past[i]!;
    return quantileOf(column.subarray(0, size).sort(), 0.5);
  });
  const wanted = Math.ceil(((VALUES_PER_PHASE * period) / past.length - 1) / 2);
  const shared = Math.max(0, Math.min(wanted, Math.floor(period * NEIGHBOURHOOD)));
  return medians.map((_, phase) => {
    let total = 0;
    for (let near = phase - shared; near <= phase + shared; near++)
      total += medians[(near + period) % period]!;
    return total / (2 * shared + 1);
  });
}
