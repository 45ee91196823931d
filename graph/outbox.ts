import type { EdgeRow } from './batch.ts';
import type { EdgeStore } from './store.ts';
import type { CoverageRow } from './types.ts';

/** Rows that wait to be written, and those that could not be: one append at a time, oldest first, bounded. */
export interface Outbox {
  /** Rejects with the store's error; the rows are kept and go with the next call. */
  send(rows: readonly EdgeRow[], coverage: readonly CoverageRow[]): Promise<void>;
}

/** `dropped` is told of rows that no longer fit in `limit`. */
export function createOutbox(
  store: EdgeStore,
  limit: number,
  dropped: (rows: readonly EdgeRow[]) => void,
): Outbox {
  let rows: readonly EdgeRow[] = [];
  let coverage: readonly CoverageRow[] = [];
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const batch = { rows, coverage };
    rows = [];
    coverage = [];
    if (batch.rows.length === 0 && batch.coverage.length === 0) return;
    try {
      await store.append(batch);
    } catch (cause) {
      const kept = [...batch.rows, ...rows];
      const excess = Math.max(0, kept.length - limit);
      if (excess > 0) dropped(kept.slice(0, excess));
      rows = kept.slice(excess);
      coverage = [...batch.coverage, ...coverage].slice(-limit);
      throw cause;
    }
  };

  return {
    send(moreRows, moreCoverage) {
      rows = [...rows, ...moreRows];
      coverage = [...coverage, ...moreCoverage];
      const sent = writing.then(write);
      writing = sent.catch(() => undefined);
      return sent;
    },
  };
}
