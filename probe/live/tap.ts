import type { TapState } from './conversation.ts';
import { record, TAP_OFF } from './layout.ts';

/** What the kernel did with the payload of the socket whose record this is. */
export function tapOf(view: DataView, base: number): TapState {
  return {
    made: record.chunks(view, base),
    stopped: record.tap(view, base) === TAP_OFF,
    turnNs: 0,
  };
}
