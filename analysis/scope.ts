import type { Edge, EdgeKey, NodeKey } from '../graph/index.ts';
import { groupBy } from './group.ts';
import { edgeId, nodeId } from './keys.ts';

/** Where each edge stands towards the service asked about. */
export interface Scope {
  /** Edges a problem of which is a problem of the service: its own inbound ones and everything below it. */
  readonly relevant: ReadonlySet<string>;
  /** Edges into anything the service depends on, whoever calls: they show whether others are hit alike. */
  readonly near: ReadonlySet<string>;
}

/** Walks the dependencies of a service; without a service every edge is relevant. */
export function scopeOf(edges: readonly Edge[], service: NodeKey | null): Scope {
  if (service === null) {
    const all = new Set(edges.map(edgeId));
    return { relevant: all, near: all };
  }
  const centre = nodeId(service);
  const below = dependenciesOf(edges, centre);
  const relevant = edges.filter(
    ({ client, server }) => nodeId(server) === centre || below.has(nodeId(client)),
  );
  const near = edges.filter(({ server }) => below.has(nodeId(server)));
  return { relevant: new Set(relevant.map(edgeId)), near: new Set(near.map(edgeId)) };
}

/** A service and everything it calls, directly or not. */
function dependenciesOf(edges: readonly EdgeKey[], from: string): Set<string> {
  const calls = groupBy(edges, ({ client }) => nodeId(client));
  const seen = new Set([from]);
  for (const node of seen) for (const { server } of calls.get(node) ?? []) seen.add(nodeId(server));
  return seen;
}
