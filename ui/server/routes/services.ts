import { z } from '@hono/zod-openapi';
import type { Edge, NodeKey } from '../../../graph/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { LIST_ROWS, MAX_LIST_ROWS } from '../limits.ts';
import { momentOf } from '../moment.ts';
import { nodeName } from '../names.ts';
import { numbersOf } from '../numbers.ts';
import { StatusSchema, worstOf } from '../statuses.ts';
import { iso, isoPeriod, PeriodSchema, timeParameter } from '../time.ts';
import { addCounts } from './sum.ts';

export const ServiceSchema = z
  .object({
    id: z.string(),
    namespace: z.string(),
    workload: z.string(),
    status: StatusSchema,
    callers: z.int(),
    dependencies: z.int(),
    /** Of what it answers; of what it asks where nobody calls it. */
    requestsPerSecond: z.number(),
    connectionsPerSecond: z.number(),
    failureShare: z.number().nullable(),
    p99Ms: z.number().nullable(),
  })
  .openapi('Service');

export const ServicesSchema = z
  .object({
    at: z.iso.datetime(),
    period: PeriodSchema,
    range: PeriodSchema,
    live: z.boolean(),
    services: z.array(ServiceSchema),
    more: z.int(),
  })
  .openapi('Services');

const query = z.object({
  at: timeParameter.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIST_ROWS).default(LIST_ROWS),
});

export const servicesEndpoint = endpoint('/services', 'Every workload by traffic', query, ServicesSchema);

export async function servicesAnswer(
  { sources, boards }: Answers,
  { at, limit }: z.output<typeof query>,
): Promise<z.input<typeof ServicesSchema>> {
  const moment = await momentOf(sources, at);
  const [nodes, edges, board] = await Promise.all([
    sources.reader.nodes(moment.now),
    sources.reader.edges(moment.now),
    boards.at(moment.at, moment.range.to),
  ]);
  const incoming = groupEdges(edges, (edge) => edge.server);
  const outgoing = groupEdges(edges, (edge) => edge.client);
  const rows = nodes.map((node) => {
    const id = nodeName(node);
    const answers = incoming.get(id) ?? [];
    const asks = outgoing.get(id) ?? [];
    const counted = answers.length > 0 ? answers : asks;
    const numbers = numbersOf(addCounts(counted.map((edge) => edge.counts)), moment.now);
    return {
      id,
      ...node,
      status: worstOf(answers.map((edge) => board.of(edge).status)),
      callers: new Set(answers.map((edge) => nodeName(edge.client))).size,
      dependencies: new Set(asks.map((edge) => nodeName(edge.server))).size,
      requestsPerSecond: numbers.requestsPerSecond,
      connectionsPerSecond: numbers.connectionsPerSecond,
      failureShare: numbers.failureShare,
      p99Ms: numbers.latencyMs.p99,
    };
  });
  rows.sort((a, b) => b.requestsPerSecond - a.requestsPerSecond || (a.id < b.id ? -1 : 1));
  return {
    at: iso(moment.at),
    period: isoPeriod(moment.now),
    range: isoPeriod(moment.range),
    live: sources.live,
    services: rows.slice(0, limit),
    more: Math.max(0, rows.length - limit),
  };
}

function groupEdges(edges: readonly Edge[], end: (edge: Edge) => NodeKey): Map<string, Edge[]> {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const id = nodeName(end(edge));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [edge]);
    else group.push(edge);
  }
  return groups;
}
