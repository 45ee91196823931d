import { type Period, WINDOW_MICROS } from '../../graph/index.ts';
import { noData } from './names.ts';
import type { Sources } from './sources.ts';

/** Length of the slice whose numbers are shown as "now": long enough for a P99, short enough to be now. */
const NOW_MICROS = 60_000_000;
/** Length of the time before it that stands for "usual" in a curve. */
export const CURVE_MICROS = 3_600_000_000;

/** The slice of time a view shows. */
export interface Moment {
  readonly at: number;
  readonly now: Period;
  readonly range: Period;
}

/**
 * The slice that ends at `at`, moved into the period that holds data. Without `at` it ends with the last window that
 * is over: a window still being filled would make every rate look as if it fell.
 */
export async function momentOf({ reader, live }: Sources, at?: number): Promise<Moment> {
  const range = await reader.range();
  if (range === null) throw noData();
  const newest = live && range.to > Date.now() * 1000 ? range.to - WINDOW_MICROS : range.to;
  const earliest = Math.min(range.from + NOW_MICROS, range.to);
  const end = Math.min(Math.max(at ?? newest, earliest), range.to);
  return { at: end, now: { from: Math.max(range.from, end - NOW_MICROS), to: end }, range };
}

/** Length of the time a moment is compared with, and its distance, so that a beginning incident is not its own usual. */
const USUAL_MICROS = 3_600_000_000;
const USUAL_DISTANCE = 600_000_000;

/** The time before a moment that stands for usual; `null` when the data begins too close to it. */
export function usualPeriod({ now, range }: Moment): Period | null {
  const room = now.from - range.from;
  if (room < NOW_MICROS) return null;
  // A short recording is split in the middle rather than left without anything to compare with.
  const to = now.from - Math.min(USUAL_DISTANCE, Math.floor(room / 2));
  return { from: Math.max(range.from, to - USUAL_MICROS), to };
}
