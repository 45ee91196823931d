import {
  type EdgeCounts,
  type EdgeKey,
  type EndpointRow,
  type Leaf,
  type NodeKey,
  workloadOf,
} from '../graph/index.ts';
import { NOTHING, sumCounts } from './counts.ts';
import { groupBy } from './group.ts';
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
  /** The baseline in stretches of time: how much it wanders within itself. They add up to `before`. */
  readonly stretches: readonly EdgeCounts[];
  /** Who the ends are as running instances: the same pod is the same instance in both roles. */
  readonly clientInstance: string;
  readonly serverInstance: string;
}

/**
 * Joins the leaves of both periods on their ends; what is missing on one side counts nothing there.
 * @param before the baseline, in stretches
 */
export function pairLeaves(now: readonly Leaf[], before: readonly (readonly Leaf[])[]): LeafPair[] {
  const earlier = groupBy(
    before.flatMap((leaves, stretch) => leaves.map((leaf) => ({ leaf, stretch }))),
    ({ leaf }) => leafId(leaf),
  );
  const stretchesOf = (leaf: Leaf): EdgeCounts[] => {
    const stretches = before.map(() => NOTHING);
    for (const { leaf: part, stretch } of earlier.get(leafId(leaf)) ?? []) stretches[stretch] = part.counts;
    return stretches;
  };
  const pairs = now.map((leaf) => pair(leaf, leaf.counts, stretchesOf(leaf)));
  const present = new Set(now.map(leafId));
  for (const [id, [first]] of earlier)
    if (!present.has(id)) pairs.push(pair(first!.leaf, NOTHING, stretchesOf(first!.leaf)));
  return pairs;
}

/** Same ends and port: the same leaf, in whatever period. */
export function leafId({ client, server, port }: Pick<Leaf, 'client' | 'server' | 'port'>): string {
  return `${client.id}>${server.id}:${port}`;
}

function pair({ client, server, port }: Leaf, now: EdgeCounts, stretches: readonly EdgeCounts[]): LeafPair {
  const edge = { client: workloadOf(client), server: workloadOf(server), port };
  return {
    edge,
    edgeId: edgeId(edge),
    client,
    server,
    port,
    now,
    before: sumCounts(stretches),
    stretches,
    clientInstance: instanceOf(client, edge.client),
    serverInstance: instanceOf(server, edge.server),
  };
}

function instanceOf({ tags }: EndpointRow, workload: NodeKey): string {
  return `${nodeId(workload)}|${tags.pod ?? tags.address ?? ''}`;
}
