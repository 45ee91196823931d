import { readSaved } from './save.ts';
import { EdgeScorer } from './scorer.ts';
import type { Scorer, ScorerOptions } from './types.ts';

/** Goes on from what `Scorer.save` gave; `null` where the bytes are something else, or of another format. */
export function restoreScorer(bytes: Uint8Array, options: ScorerOptions = {}): Scorer | null {
  const read = readSaved(bytes);
  return read === null ? null : new EdgeScorer(read.profile, options, read.saved);
}
