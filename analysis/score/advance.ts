import type { CoverageRow, EdgeReader, Period } from '../../graph/index.ts';
import type { Scorer, Scores } from './types.ts';

/**
 * Scores the whole steps of a period, one after the other, as they are read; give it the past to learn from it. A step
 * in which somebody did not watch takes nothing that is missing for silence.
 *
 * @throws what the reader throws
 */
export async function* advance(reader: EdgeReader, scorer: Scorer, period: Period): AsyncGenerator<Scores> {
  const { stepMicros } = scorer;
  const from = Math.ceil(Math.max(period.from, scorer.past.to ?? period.from) / stepMicros) * stepMicros;
  for (let at = from; at + stepMicros <= period.to; at += stepMicros) {
    const step = { from: at, to: at + stepMicros };
    const [edges, coverage, gaps] = await Promise.all([
      reader.edges(step),
      reader.coverage(step),
      reader.gaps(step),
    ]);
    yield scorer.step({ at, edges, complete: gaps.length === 0 && everybodyWatched(coverage) });
  }
}

/** A store that keeps no coverage is believed to be complete. */
function everybodyWatched(coverage: readonly CoverageRow[]): boolean {
  return coverage.every(({ reporting }) => reporting);
}
