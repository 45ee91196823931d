import { type ScoredStore, type Watch, watchStore } from '../../analysis/index.ts';
import { onceUntilWell } from './complain.ts';
import { repeat } from './repeat.ts';

/** How often it is looked whether another minute is over. */
const LOOK_MILLIS = 5_000;

/** The scoring of a growing store, at work beside what fills it. */
export interface Scoring {
  readonly watch: Pick<Watch, 'past' | 'open'>;
  /** Waits for what is under way and keeps the scores for the next start. */
  readonly stop: () => Promise<void>;
}

/** Begins to score each minute of a store. What fails is told to `warn` and tried again: nothing else waits for it. */
export async function startScoring(store: ScoredStore, warn: (line: string) => void): Promise<Scoring> {
  const complain = onceUntilWell(warn, 'FL-517: Edges cannot be scored');
  const watch = await watchStore(store);
  const looking = repeat(async () => {
    try {
      await watch.tick(Date.now() * 1000);
      complain(null);
    } catch (cause) {
      complain(cause);
    }
  }, LOOK_MILLIS);
  return {
    watch,
    async stop() {
      await looking.stop();
      await watch.stop().catch(complain);
    },
  };
}
