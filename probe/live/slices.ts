/** Flows never cross the edge of one of these windows, so that every store can add them up as they come. */
export const WINDOW_MICROS = 10_000_000;

export interface Slice {
  readonly from: number;
  readonly to: number;
}

/**
 * The time a flow stands for: since the socket was opened or the last sweep, whichever is later, cut at the beginning of
 * the window that `to` ends in. All in microseconds; slices are half open, `to` may lie on an edge.
 */
export function sliceOf(opened: number, lastSweep: number, to: number): Slice {
  const window = Math.floor((to - 1) / WINDOW_MICROS) * WINDOW_MICROS;
  return { from: Math.min(to, Math.max(opened, lastSweep, window)), to };
}

/** The whole second that `now` has reached. */
export function secondOf(now: number): number {
  return Math.floor(now / 1_000_000) * 1_000_000;
}
