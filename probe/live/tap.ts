import type { TapState } from './conversation.ts';
import { record, TAP_OFF } from './layout.ts';

/** What the kernel did with the payload of the socket whose record this is. */
export function tapOf(view: DataView, base: number): TapState {
  return { made: record.chunks(view, base), stopped: record.tap(view, base) === TAP_OFF, turnNs: 0 };
}

/** The same of a record that lives: the turns it has counted are those answered until `turnNs`. */
export function liveTapOf(view: DataView, base: number): TapState {
  return { ...tapOf(view, base), turnNs: record.turnNs(view, base) };
}

/** The first request of a connection whose payload was not read: its place, and how long this end saw it take. */
export function firstTurnOf(
  view: DataView,
  base: number,
): { readonly offset: number; readonly seenNs: number } | null {
  const { made, stopped } = tapOf(view, base);
  if (record.samples(view, base) === 0 || (made > 0 && !stopped)) return null;
  return { offset: record.firstOffset(view, base), seenNs: 1000 * record.firstLatency(view, base) };
}
