import { z } from '@hono/zod-openapi';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { LIST_ROWS, MAX_LIST_ROWS } from '../limits.ts';
import { momentOf } from '../moment.ts';
import { iso, isoPeriod, PeriodSchema, timeParameter } from '../time.ts';

export const ChangesSchema = z
  .object({
    period: PeriodSchema,
    changes: z.array(
      z.object({
        at: z.iso.datetime(),
        kind: z.string(),
        namespace: z.string(),
        subject: z.string(),
        what: z.string(),
        tags: z.record(z.string(), z.string()),
      }),
    ),
    more: z.int(),
  })
  .openapi('Changes');

const query = z.object({
  from: timeParameter.optional(),
  to: timeParameter.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIST_ROWS).default(LIST_ROWS),
});

export const changesEndpoint = endpoint(
  '/changes',
  'Changes of the cluster, newest first',
  query,
  ChangesSchema,
);

export async function changesAnswer(
  { sources }: Answers,
  { from, to, limit }: z.output<typeof query>,
): Promise<z.input<typeof ChangesSchema>> {
  const { range } = await momentOf(sources);
  const period = { from: from ?? range.from, to: to ?? range.to };
  const changes = await sources.reader.changes(period);
  const rows = [...changes].sort((a, b) => b.at - a.at).map((change) => ({ ...change, at: iso(change.at) }));
  return { period: isoPeriod(period), changes: rows.slice(0, limit), more: Math.max(0, rows.length - limit) };
}
