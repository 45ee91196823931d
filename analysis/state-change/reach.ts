import type { EdgeKey, NodeKey } from '../../graph/index.ts';
import { groupBy } from '../group.ts';
import { nodeId, nodeOf } from '../keys.ts';

/** Workloads that are reached from one along the calls (`server`) or against them (`client`), without itself. */
export function reachable(
  edges: readonly { readonly key: EdgeKey }[],
  from: NodeKey,
  along: 'client' | 'server',
): NodeKey[] {
  const against = along === 'server' ? 'client' : 'server';
  const next = groupBy(edges, ({ key }) => nodeId(key[against]));
  const seen = new Map([[nodeId(from), nodeOf(from)]]);
  for (const [id] of seen) {
    for (const { key } of next.get(id) ?? []) seen.set(nodeId(key[along]), nodeOf(key[along]));
  }
  seen.delete(nodeId(from));
  return [...seen.values()];
}
