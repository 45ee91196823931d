import { z } from '@hono/zod-openapi';
import type { Edge, Neighbourhood } from '../../../graph/index.ts';
import { workloadOf } from '../../../graph/index.ts';
import type { Answers } from '../answers.ts';
import { endpoint } from '../endpoint.ts';
import { MAP_NODES, MAX_HOPS, MAX_MAP_NODES } from '../limits.ts';
import { type Moment, momentOf } from '../moment.ts';
import { edgeName, nameParameter, nodeName, resolve } from '../names.ts';
import { NumbersSchema, numbersOf } from '../numbers.ts';
import { SignalSchema, type StatusBoard, StatusSchema, worstOf } from '../statuses.ts';
import { iso, isoPeriod, PeriodSchema, timeParameter } from '../time.ts';
import { FactsSchema, factsOf } from './facts.ts';

export const MapNodeSchema = FactsSchema.extend({
  id: z.string(),
  namespace: z.string(),
  workload: z.string(),
  hops: z.int(),
  status: StatusSchema,
}).openapi('MapNode');

export const MapEdgeSchema = z
  .object({
    client: z.string(),
    server: z.string(),
    port: z.int(),
    status: StatusSchema,
    signal: SignalSchema.nullable(),
    now: NumbersSchema,
  })
  .openapi('MapEdge');

export const MapSchema = z
  .object({
    centre: z.string(),
    at: z.iso.datetime(),
    period: PeriodSchema,
    range: PeriodSchema,
    hops: z.int(),
    direction: z.enum(['up', 'down', 'both']),
    nodes: z.array(MapNodeSchema),
    edges: z.array(MapEdgeSchema),
    folded: z.object({ nodes: z.int(), share: z.number() }),
  })
  .openapi('Map');

const query = z.object({
  service: nameParameter,
  hops: z.coerce.number().int().min(1).max(MAX_HOPS).default(2),
  direction: z.enum(['up', 'down', 'both']).default('both'),
  at: timeParameter.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_MAP_NODES).default(MAP_NODES),
});

export const mapEndpoint = endpoint('/map', 'The neighbourhood of a workload', query, MapSchema);

export async function mapAnswer(
  { sources, boards }: Answers,
  { service, hops, direction, at, limit }: z.output<typeof query>,
): Promise<z.input<typeof MapSchema>> {
  const { reader } = sources;
  const centre = await resolve(reader, service);
  const moment = await momentOf(sources, at);
  const [around, board] = await Promise.all([
    reader.neighbourhood(centre, moment.now, { hops, direction, limit }),
    boards.at(moment.at, moment.range.to),
  ]);
  const leaves = around.edges.length === 0 ? [] : await reader.leaves(moment.now, around.edges);
  const facts = factsOf(leaves, (leaf, side) => workloadOf(leaf[side]));
  return {
    centre: nodeName(centre),
    at: iso(moment.at),
    period: isoPeriod(moment.now),
    range: isoPeriod(moment.range),
    hops,
    direction,
    nodes: nodesOf(around, board).map((node) => ({ ...NOTHING, ...facts.get(node.id), ...node })),
    edges: around.edges.map((edge) => mapEdge(edge, moment, board)),
    folded: around.folded,
  };
}

/** Facts of a workload nothing was heard of in this slice. */
const NOTHING = { kind: 'workload', pods: 0, versions: [], zones: [], nodes: [] };

function nodesOf(around: Neighbourhood, board: StatusBoard) {
  return around.nodes.map((node) => {
    const id = nodeName(node);
    const answers = around.edges.filter((edge) => nodeName(edge.server) === id);
    return {
      id,
      namespace: node.namespace,
      workload: node.workload,
      hops: node.hops,
      // How a workload answers; those who wait for it have their own edges to be judged by.
      status: worstOf(answers.map((edge) => board.of(edge).status)),
    };
  });
}

export function mapEdge(edge: Edge, moment: Moment, board: StatusBoard): z.input<typeof MapEdgeSchema> {
  return { ...edgeName(edge), ...board.of(edge), now: numbersOf(edge.counts, moment.now) };
}
