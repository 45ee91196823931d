import type { EdgeReader, Period } from '../../graph/index.ts';
import { WINDOW_MICROS } from '../../graph/index.ts';
import { windowEnd, windowStart } from '../world.ts';

/** History and period side by side, cut into bins of equal length; bins are numbered from the start of the history. */
export interface Bins {
  readonly micros: number;
  readonly history: Period;
  readonly period: Period;
  /** Bins of the history; the rest is the period. */
  readonly past: number;
  readonly all: number;
  /** Bins in which somebody watched. */
  readonly watched: Uint8Array;
}

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
export const DAY_MICROS = 24 * HOUR;
/** Two weeks hold two of each day of the week; what did not happen in them is news. */
const HISTORY_MICROS = 14 * DAY_MICROS;
/** Bins of history and period together: the memory of a question. */
const MAX_BINS = 1_000;
const LENGTHS = [
  WINDOW_MICROS,
  3 * WINDOW_MICROS,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
] as const;

/** `null` where the store holds nothing of the period. */
export async function binsOf(reader: EdgeReader, asked: Period): Promise<Bins | null> {
  const range = await reader.range();
  if (range === null) return null;
  const from = Math.max(windowStart(asked.from), windowStart(range.from));
  const to = Math.min(windowEnd(asked.to), windowEnd(range.to));
  if (to <= from) return null;
  const reach = Math.min(from - windowStart(range.from), HISTORY_MICROS);
  const micros =
    LENGTHS.find((length) => (reach + to - from) / length <= MAX_BINS) ??
    Math.ceil((reach + to - from) / MAX_BINS / HOUR) * HOUR;
  const past = Math.floor(reach / micros);
  const history = { from: from - past * micros, to: from };
  const all = past + Math.max(1, Math.ceil((to - from) / micros));
  const gaps = await reader.gaps({ from: history.from, to });
  return {
    micros,
    history,
    period: { from, to },
    past,
    all,
    watched: watchedBins(all, history.from, micros, gaps),
  };
}

export function timeOfBin({ history, micros }: Bins, bin: number): number {
  return history.from + bin * micros;
}

/** A bin counts as watched where the gaps leave more than half of it. */
function watchedBins(all: number, start: number, micros: number, gaps: readonly Period[]): Uint8Array {
  const missing = new Float64Array(all);
  for (const { from, to } of gaps) {
    const first = Math.max(0, Math.floor((from - start) / micros));
    for (let bin = first; bin < all && start + bin * micros < to; bin++) {
      const [begin, end] = [start + bin * micros, start + (bin + 1) * micros];
      missing[bin]! += Math.max(0, Math.min(end, to) - Math.max(begin, from));
    }
  }
  return Uint8Array.from(missing, (gone) => (gone <= micros / 2 ? 1 : 0));
}

/** Watched bins in [from, to). */
export function watchedIn({ watched }: Bins, from: number, to: number): number {
  let count = 0;
  for (let bin = Math.max(0, from); bin < to; bin++) count += watched[bin] ?? 0;
  return count;
}
