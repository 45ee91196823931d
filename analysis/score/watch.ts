import type { EdgeReader } from '../../graph/index.ts';
import { advance } from './advance.ts';
import { restoreScorer } from './restore.ts';
import { createScorer } from './scorer.ts';
import { STEP_MICROS } from './settings.ts';
import type { Anomaly, Past, Scorer, ScorerOptions } from './types.ts';

/** What a watch needs of the store it writes to. */
export interface ScoredStore extends EdgeReader {
  putAnomalies(rows: readonly Anomaly[]): Promise<void>;
  keep(name: string, data: Uint8Array): Promise<void>;
  kept(name: string): Promise<Uint8Array | null>;
}

/** Under this name the scores are kept in the store. */
const NAME = 'scores';
/** A step is scored once its windows are over and both ends of what was counted in them have met. */
const SETTLE_MICROS = 15_000_000;
/** Past that is read at the start where nothing was kept: enough for a baseline, soon read. */
const CATCH_UP_MICROS = 6 * 3_600_000_000;
/** How often everything is kept: what a crash loses is read again. */
const KEEP_EVERY_MICROS = 3_600_000_000;

/** The scores of a growing store. */
export interface Watch {
  /** Scores what is over by `now`, microseconds since the epoch. Rejects with the store's error; the next call goes on. */
  tick(now: number): Promise<void>;
  /** Keeps everything for the next start. */
  stop(): Promise<void>;
  readonly open: readonly Anomaly[];
  readonly past: Past;
}

/** Goes on with the scores that a store keeps, or begins with the past it holds. */
export async function watchStore(store: ScoredStore, options: ScorerOptions = {}): Promise<Watch> {
  const kept = await store.kept(NAME);
  const scorer = (kept === null ? null : restoreScorer(kept, options)) ?? createScorer(options);
  let keptAt: number | null = null;

  const keep = async (): Promise<void> => {
    if (scorer.past.steps > 0) await store.keep(NAME, scorer.save());
  };

  return {
    async tick(now) {
      const until = now - SETTLE_MICROS;
      const next = scorer.past.to;
      if (until < (next ?? 0) + scorer.stepMicros) return;
      const range = await store.range();
      if (range === null) return;
      const from = Math.max(range.from, next ?? range.from, now - CATCH_UP_MICROS);
      await scored(store, scorer, { from, to: Math.min(until, range.to + STEP_MICROS) });
      keptAt ??= now;
      if (now - keptAt < KEEP_EVERY_MICROS) return;
      keptAt = now;
      await keep();
    },
    stop: keep,
    get open() {
      return scorer.open;
    },
    get past() {
      return scorer.past;
    },
  };
}

async function scored(
  store: ScoredStore,
  scorer: Scorer,
  period: { readonly from: number; readonly to: number },
): Promise<void> {
  for await (const { opened, ongoing, ended } of advance(store, scorer, period)) {
    const changed = [...opened, ...ongoing, ...ended];
    if (changed.length > 0) await store.putAnomalies(changed);
  }
}
