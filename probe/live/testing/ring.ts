import { meetRing } from '../batch.ts';
import type { Ended, Tracker } from '../tracker.ts';

/** Both passes over a drained ring, with `resolve` between them. */
export function flowsOfRing(tracker: Tracker, bytes: Uint8Array, resolve: () => void): readonly Ended[] {
  const ends = meetRing(tracker, bytes);
  resolve();
  return ends();
}
