import {
  type EdgeCounts,
  type EdgeKey,
  type EndpointRow,
  type Leaf,
  type NodeKey,
  workloadOf,
} from '../graph/index.ts';
import { NOTHING } from './counts.ts';
import { edgeId, nodeId } from './keys.ts';

/** One endpoint pair in the period and in the baseline. */
export interface LeafPair {
  readonly edge: EdgeKey;
  readonly edgeId: string;
  readonly client: EndpointRow;
  readonly server: EndpointRow;
  readonly port: number;
  readonly now: EdgeCounts;
  readonly before: EdgeCounts;
  /** Who the ends are as running instances: the same pod is the same instance in both roles. */
  readonly clientInstance: string;
  readonly serverInstance: string;
}

/** Joins the leaves of both periods on their ends; what is missing on one side counts nothing there. */
export function pairLeaves(now: readonly Leaf[], before: readonly Leaf[]): LeafPair[] {
  const earlier = new Map(before.map((leaf) => [leafId(leaf), leaf.counts]));
  const pairs = now.map((leaf) => pair(leaf, leaf.counts, earlier.get(leafId(leaf)) ?? NOTHING));
  const present = new Set(now.map(leafId));
  for (const leaf of before) if (!present.has(leafId(leaf))) pairs.push(pair(leaf, NOTHING, leaf.counts));
  return pairs;
}

/** Same ends and port: the same leaf, in whatever period. */
export function leafId({ client, server, port }: Leaf): string {
  return `${client.id}>${server.id}:${port}`;
}

function pair({ client, server, port }: Leaf, now: EdgeCounts, before: EdgeCounts): LeafPair {
  const edge = { client: workloadOf(client), server: workloadOf(server), port };
  return {
    edge,
    edgeId: edgeId(edge),
    client,
    server,
    port,
    now,
    before,
    clientInstance: instanceOf(client, edge.client),
    serverInstance: instanceOf(server, edge.server),
  };
}

function instanceOf({ tags }: EndpointRow, workload: NodeKey): string {
  return `${nodeId(workload)}|${tags.pod ?? tags.address ?? ''}`;
}
