import { type Period, WINDOW_MICROS } from './types.ts';

/**
 * Spans of whole windows inside a period in which nobody reported, joined where they touch. What lies before the first
 * reported window and after the last is not a gap: nobody was there yet, or is there still.
 *
 * @param reported starts of the windows with a report, ascending, microseconds
 */
export function gapsBetween(reported: readonly number[], period: Period): Period[] {
  const gaps: Period[] = [];
  for (let i = 1; i < reported.length; i++) {
    const from = Math.max(reported[i - 1]! + WINDOW_MICROS, roundUp(period.from));
    const to = Math.min(reported[i]!, roundDown(period.to));
    if (from < to) gaps.push({ from, to });
  }
  return gaps;
}

function roundUp(micros: number): number {
  return Math.ceil(micros / WINDOW_MICROS) * WINDOW_MICROS;
}

function roundDown(micros: number): number {
  return Math.floor(micros / WINDOW_MICROS) * WINDOW_MICROS;
}
