import { z } from '@hono/zod-openapi';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { LIST_ROWS, MAX_LIST_ROWS } from '../limits.ts';
import { momentOf } from '../moment.ts';
import { edgeKey, edgeName } from '../names.ts';
import { SeasonalSchema, seasonalOf, statusesOf } from '../seasonal.ts';
import { byStatus, SignalSchema, StatusSchema, signalOf } from '../statuses.ts';
import { iso, timeParameter } from '../time.ts';

export const AnomaliesSchema = z
  .object({
    at: z.iso.datetime(),
    anomalies: z.array(
      z.object({
        client: z.string(),
        server: z.string(),
        port: z.int(),
        status: StatusSchema,
        signal: SignalSchema.nullable(),
        /** When it began, and how sure that is; only of what left its seasonal baseline. */
        onset: z.iso.datetime().optional(),
        p: z.number().optional(),
      }),
    ),
    /** How many edges are in each state. */
    counts: z.object({ ok: z.int(), warn: z.int(), bad: z.int(), unknown: z.int() }),
    more: z.int(),
    /** What is compared with beside the hour before. */
    seasonal: SeasonalSchema,
  })
  .openapi('Anomalies');

const query = z.object({
  at: timeParameter.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIST_ROWS).default(LIST_ROWS),
});

export const anomaliesEndpoint = endpoint('/anomalies', 'What is off, worst first', query, AnomaliesSchema);

/**
 * What left its seasonal baseline, and what left the hour before: the first knows what is usual at this hour, the second
 * needs no past and sees a part of an edge that the whole hides.
 */
export async function anomaliesAnswer(
  { sources, boards }: Answers,
  { at, limit }: z.output<typeof query>,
): Promise<z.input<typeof AnomaliesSchema>> {
  const moment = await momentOf(sources, at);
  const board = await boards.at(moment.at, moment.range.to);
  const { seasonal, open } = await seasonalOf(sources, moment);
  const known = statusesOf(open);
  const counts = { ok: 0, warn: 0, bad: 0, unknown: 0 };
  const entries = board.edges.map((entry) => {
    const mine = known.get(edgeKey(entry.edge));
    known.delete(edgeKey(entry.edge));
    const status = mine !== undefined && byStatus(mine.status, entry.status) < 0 ? mine.status : entry.status;
    return { edge: entry.edge, status, signal: signalOf(entry) ?? mine?.signal ?? null, mine };
  });
  // An edge that has fallen silent is on no board.
  for (const mine of known.values()) entries.push({ ...mine, mine });
  for (const { status } of entries) counts[status]++;
  const off = entries
    .filter(({ status }) => status === 'bad' || status === 'warn')
    .sort((a, b) => byStatus(a.status, b.status) || (a.mine?.p ?? 1) - (b.mine?.p ?? 1));
  return {
    at: iso(moment.at),
    anomalies: off.slice(0, limit).map(({ edge, status, signal, mine }) => ({
      ...edgeName(edge),
      status,
      signal,
      ...(mine === undefined ? {} : { onset: iso(mine.onset), p: mine.p }),
    })),
    counts,
    more: Math.max(0, off.length - limit),
    seasonal,
  };
}
