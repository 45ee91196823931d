import type { DuckDBConnection } from '@duckdb/node-api';
import { DirectedGraph } from 'graphology';
import { inPeriod, joined } from './aggregate.ts';
import { FACT } from './schema.ts';
import type { Direction, Edge, Neighbour, Neighbourhood, NodeKey, Period } from './types.ts';
import { compareKeys } from './workload.ts';

/** What a page can show and a person can take in. */
const DEFAULT_LIMIT = 150;
const DEFAULT_HOPS = 2;

/** A pair of workloads that talk, with how much. */
export interface Link {
  readonly client: number;
  readonly server: number;
  readonly requests: number;
}

export interface NeighbourhoodSource {
  links(): Promise<readonly Link[]>;
  edges(filter: string): Promise<Edge[]>;
  idOf(key: NodeKey): number | undefined;
  keyOf(id: number): NodeKey;
}

interface Options {
  readonly hops?: number;
  readonly direction?: Direction;
  readonly limit?: number;
}

/**
 * Workloads within some hops of a centre: upstream along edges into it, downstream along edges out of it, never
 * turning round on the way. Above `limit` the busiest stay, each with a path to the centre that stays too.
 */
export async function readNeighbourhood(
  centre: NodeKey,
  { hops = DEFAULT_HOPS, direction = 'both', limit = DEFAULT_LIMIT }: Options,
  source: NeighbourhoodSource,
): Promise<Neighbourhood> {
  const graph = graphOf(await source.links());
  const start = source.idOf(centre);
  if (start === undefined || !graph.hasNode(start)) {
    return { centre, nodes: [{ ...centre, hops: 0 }], edges: [], folded: { nodes: 0, share: 0 } };
  }
  const reached = mergeWalks(
    direction === 'up' ? new Map() : walk(graph, start, hops, 1),
    direction === 'down' ? new Map() : walk(graph, start, hops, -1),
  );
  const kept = busiest(reached, Math.max(1, limit));
  const ids = [...kept.keys()].join(', ');
  const edges = await source.edges(`c.workload_id IN (${ids}) AND s.workload_id IN (${ids})`);
  const nodes = [...kept].map(([id, { hops }]): Neighbour => ({ ...source.keyOf(id), hops }));
  return {
    centre,
    nodes: nodes.sort((a, b) => Math.abs(a.hops) - Math.abs(b.hops) || compareKeys(a, b)),
    edges,
    folded: { nodes: reached.size - kept.size, share: foldedShare(graph, reached, kept) },
  };
}

/** Requests between each pair of workloads of a period. */
export async function readLinks(connection: DuckDBConnection, period: Period): Promise<Link[]> {
  const reader = await connection.runAndReadAll(
    `SELECT c.workload_id, s.workload_id, sum(requests)::DOUBLE FROM ${joined(FACT)}
     WHERE ${inPeriod(period)} GROUP BY ALL`,
  );
  return (reader.getRows() as number[][]).map(([client, server, requests]) => ({
    client: client!,
    server: server!,
    requests: requests!,
  }));
}

type Graph = DirectedGraph<Record<string, never>, { requests: number }>;

function graphOf(links: readonly Link[]): Graph {
  const graph: Graph = new DirectedGraph();
  for (const { client, server, requests } of links) {
    graph.mergeNode(client);
    graph.mergeNode(server);
    graph.mergeEdge(client, server, { requests });
  }
  return graph;
}

interface Reached {
  readonly hops: number;
  /** Requests on the quietest link of the busiest way to the centre: never more than those of a nearer workload on it. */
  readonly flow: number;
}

/** Breadth first, downstream (1) or upstream (-1). A cycle ends where it meets a workload that is nearer. */
function walk(graph: Graph, start: number, hops: number, sign: 1 | -1): Map<number, Reached> {
  const reached = new Map<number, Reached>([[start, { hops: 0, flow: Number.POSITIVE_INFINITY }]]);
  let frontier = [start];
  for (let hop = 1; hop <= hops && frontier.length > 0; hop++) {
    const next = new Map<number, Reached>();
    for (const near of frontier) {
      const links = sign === 1 ? graph.outEdges(near) : graph.inEdges(near);
      for (const link of links) {
        const id = Number(graph.opposite(near, link));
        if (reached.has(id)) continue;
        const flow = Math.min(reached.get(near)!.flow, graph.getEdgeAttribute(link, 'requests'));
        if (flow > (next.get(id)?.flow ?? -1)) next.set(id, { hops: sign * hop, flow });
      }
    }
    for (const [id, found] of next) reached.set(id, found);
    frontier = [...next.keys()];
  }
  return reached;
}

/** A workload met both ways keeps the shorter one; downstream when they are equal. */
function mergeWalks(down: Map<number, Reached>, up: Map<number, Reached>): Map<number, Reached> {
  const merged = new Map(down);
  for (const [id, found] of up) {
    const other = merged.get(id);
    if (other === undefined || Math.abs(found.hops) < Math.abs(other.hops)) merged.set(id, found);
  }
  return merged;
}

function busiest(reached: Map<number, Reached>, limit: number): Map<number, Reached> {
  if (reached.size <= limit) return reached;
  const ranked = [...reached].sort(
    ([a, x], [b, y]) => descending(x.flow, y.flow) || Math.abs(x.hops) - Math.abs(y.hops) || a - b,
  );
  return new Map(ranked.slice(0, limit));
}

/** Unlike a difference, right for two infinities too. */
function descending(a: number, b: number): number {
  return a === b ? 0 : b > a ? 1 : -1;
}

/** Share of the requests among all reached workloads that has an end in one left out. */
function foldedShare(graph: Graph, reached: Map<number, Reached>, kept: Map<number, Reached>): number {
  if (reached.size === kept.size) return 0;
  let all = 0;
  let shown = 0;
  graph.forEachEdge((_edge, { requests }, client, server) => {
    if (!reached.has(Number(client)) || !reached.has(Number(server))) return;
    all += requests;
    if (kept.has(Number(client)) && kept.has(Number(server))) shown += requests;
  });
  return all === 0 ? 0 : (all - shown) / all;
}
