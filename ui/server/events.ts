import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Answers } from './answers.ts';
import type { ServerCounters } from './counters.ts';
import { HEARTBEAT_MS, MAX_STREAMS, REFRESH_MS } from './limits.ts';
import { type Moment, momentOf } from './moment.ts';
import { HttpProblem } from './problem.ts';
import { iso, isoPeriod, PeriodSchema } from './time.ts';

/** The state of everything in a few numbers: what a page needs to know whether to ask again. */
export const StateSchema = z
  .object({
    live: z.boolean(),
    /** The moment the counts are of; the next event comes with a later one. */
    at: z.iso.datetime().nullable(),
    range: PeriodSchema.nullable(),
    counts: z.object({ ok: z.int(), warn: z.int(), bad: z.int(), unknown: z.int() }),
  })
  .openapi('State');

type State = z.infer<typeof StateSchema>;
type Listener = (id: string, state: State) => void;

const SILENT = { ok: 0, warn: 0, bad: 0, unknown: 0 } as const;

/**
 * Works the state out once a second at most while anybody listens, and tells everybody when the data has moved on. One
 * refresh is finished before the next begins, so a slow store makes the events rarer, never more.
 */
export class Refresher {
  readonly #answers: Answers;
  readonly #listeners = new Set<Listener>();
  #last: { id: string; state: State } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #running = false;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Calls back with the state as it is, then with every later one; returns the way out. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#last !== null) listener(this.#last.id, this.#last.state);
    if (!this.#running) void this.#run();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    this.#listeners.clear();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#listeners.size > 0) {
      await this.#refresh();
      await new Promise<void>((resolve) => {
        this.#timer = setTimeout(resolve, REFRESH_MS);
        this.#timer.unref();
      });
    }
    this.#running = false;
  }

  async #refresh(): Promise<void> {
    try {
      const { sources } = this.#answers;
      const empty = (await sources.reader.range()) === null;
      const moment = empty ? null : await momentOf(sources);
      const id = String(moment?.at ?? 0);
      if (id === this.#last?.id) return;
      const { live } = sources;
      const state: State =
        moment === null
          ? { live, at: null, range: null, counts: SILENT }
          : { live, at: iso(moment.at), range: isoPeriod(moment.range), counts: await this.#counts(moment) };
      this.#last = { id, state };
      for (const listener of this.#listeners) listener(id, state);
    } catch {
      // The store may be busy for a moment; the page sees the missing event and says that it is stale.
    }
  }

  async #counts(moment: Moment): Promise<State['counts']> {
    const board = await this.#answers.boards.at(moment.at, moment.range.to);
    const counts = { ...SILENT } as Record<keyof State['counts'], number>;
    for (const { status } of board.edges) counts[status]++;
    return counts;
  }
}

/** Server-sent events: `state` after each refresh, `heartbeat` in between. */
export function eventStream(context: Context, refresher: Refresher, counters: ServerCounters): Response {
  if (refresher.listeners >= MAX_STREAMS) {
    throw new HttpProblem(
      503,
      'FL-557',
      'Too many pages listen already',
      'Close some, or raise the limit by a proxy in front.',
    );
  }
  const seen = context.req.header('last-event-id');
  return streamSSE(context, async (stream) => {
    counters.streams++;
    const send = (event: string, data: unknown, id?: string): void => {
      counters.events++;
      void stream.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });
    };
    const leave = refresher.listen((id, state) => {
      if (id !== seen) send('state', state, id);
    });
    const heartbeat = setInterval(() => send('heartbeat', {}), HEARTBEAT_MS);
    await new Promise<void>((resolve) => stream.onAbort(resolve));
    clearInterval(heartbeat);
    leave();
    counters.streams--;
  });
}
