import type { TapState } from './conversation.ts';

/** What the kernel did with the payload of the socket whose record this is. */
export function tapOf(_view: DataView, _base: number): TapState {
  return { made: 0, stopped: false };
}
