import { z } from '@hono/zod-openapi';
import { type EdgeStatus, statuses } from '../../analysis/index.ts';
import type { EdgeKey } from '../../graph/index.ts';
import { Cache } from './cache.ts';
import { edgeKey } from './names.ts';
import type { Sources } from './sources.ts';

export const StatusSchema = z.enum(['ok', 'warn', 'bad', 'unknown']).openapi('Status');
export type Status = z.infer<typeof StatusSchema>;

export const SignalSchema = z
  .object({
    signal: z.string(),
    was: z.number().nullable(),
    is: z.number().nullable(),
    unit: z.string(),
  })
  .openapi('Signal');

/** How every edge is at a moment. */
export interface StatusBoard {
  readonly edges: readonly EdgeStatus[];
  of(edge: EdgeKey): { status: Status; signal: z.infer<typeof SignalSchema> | null };
}

/** Boards by moment: worked out once, however many pages look at it. */
export class StatusBoards {
  readonly #sources: Sources;
  readonly #cache = new Cache<StatusBoard>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** `newest` is the end of the data, so that a board of a growing store is not kept too long. */
  at(at: number, newest: number): Promise<StatusBoard> {
    return this.#cache.get(`${at} ${newest}`, async () => {
      const edges = await statuses(this.#sources.reader, at);
      const byKey = new Map(edges.map((entry) => [edgeKey(entry.edge), entry]));
      return {
        edges,
        of: (edge) => {
          const entry = byKey.get(edgeKey(edge));
          return { status: entry?.status ?? 'unknown', signal: signalOf(entry) };
        },
      };
    });
  }
}

export function signalOf(entry: EdgeStatus | undefined): z.infer<typeof SignalSchema> | null {
  if (entry?.signal == null) return null;
  const { signal, was, is, unit } = entry.signal;
  return { signal, was, is, unit };
}

const RANK: Readonly<Record<Status, number>> = { bad: 0, warn: 1, unknown: 2, ok: 3 };
/** What is known of some callers says more of a workload than what is not known of the others. */
const WORKLOAD_RANK: Readonly<Record<Status, number>> = { ...RANK, ok: 2, unknown: 3 };

/** The worst status of a workload's answers; of one that nobody calls, nothing is wrong. */
export function worstOf(all: readonly Status[]): Status {
  const [first = 'ok', ...others] = all;
  return others.reduce((worst, one) => (WORKLOAD_RANK[one] < WORKLOAD_RANK[worst] ? one : worst), first);
}

export function byStatus(a: Status, b: Status): number {
  return RANK[a] - RANK[b];
}
