import { z } from '@hono/zod-openapi';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { LIST_ROWS, MAX_LIST_ROWS } from '../limits.ts';
import { momentOf } from '../moment.ts';
import { byStatus } from '../statuses.ts';
import { iso, isoPeriod, PeriodSchema, timeParameter } from '../time.ts';
import { MapEdgeSchema, mapEdge } from './map.ts';

export const EdgesSchema = z
  .object({
    at: z.iso.datetime(),
    period: PeriodSchema,
    edges: z.array(MapEdgeSchema),
    /** Edges left out because of `limit`. */
    more: z.int(),
  })
  .openapi('Edges');

const query = z.object({
  at: timeParameter.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIST_ROWS).default(LIST_ROWS),
});

export const edgesEndpoint = endpoint('/edges', 'Every edge, worst first', query, EdgesSchema);

export async function edgesAnswer(
  { sources, boards }: Answers,
  { at, limit }: z.output<typeof query>,
): Promise<z.input<typeof EdgesSchema>> {
  const moment = await momentOf(sources, at);
  const [edges, board] = await Promise.all([
    sources.reader.edges(moment.now),
    boards.at(moment.at, moment.range.to),
  ]);
  const rows = edges
    .map((edge) => mapEdge(edge, moment, board))
    .sort((a, b) => byStatus(a.status, b.status) || b.now.requests - a.now.requests);
  return {
    at: iso(moment.at),
    period: isoPeriod(moment.now),
    edges: rows.slice(0, limit),
    more: Math.max(0, rows.length - limit),
  };
}
