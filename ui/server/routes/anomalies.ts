import { z } from '@hono/zod-openapi';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { LIST_ROWS, MAX_LIST_ROWS } from '../limits.ts';
import { momentOf } from '../moment.ts';
import { edgeName } from '../names.ts';
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
      }),
    ),
    /** How many edges are in each state. */
    counts: z.object({ ok: z.int(), warn: z.int(), bad: z.int(), unknown: z.int() }),
    more: z.int(),
  })
  .openapi('Anomalies');

const query = z.object({
  at: timeParameter.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIST_ROWS).default(LIST_ROWS),
});

export const anomaliesEndpoint = endpoint('/anomalies', 'What is off, worst first', query, AnomaliesSchema);

export async function anomaliesAnswer(
  { sources, boards }: Answers,
  { at, limit }: z.output<typeof query>,
): Promise<z.input<typeof AnomaliesSchema>> {
  const moment = await momentOf(sources, at);
  const board = await boards.at(moment.at, moment.range.to);
  const counts = { ok: 0, warn: 0, bad: 0, unknown: 0 };
  for (const { status } of board.edges) counts[status]++;
  const off = board.edges
    .filter(({ status }) => status === 'bad' || status === 'warn')
    .sort((a, b) => byStatus(a.status, b.status) || (a.signal?.p ?? 1) - (b.signal?.p ?? 1));
  return {
    at: iso(moment.at),
    anomalies: off.slice(0, limit).map((entry) => ({
      ...edgeName(entry.edge),
      status: entry.status,
      signal: signalOf(entry),
    })),
    counts,
    more: Math.max(0, off.length - limit),
  };
}
