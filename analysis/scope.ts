import type { Edge, EdgeKey, NodeKey } from '../graph/index.ts';
import { edgeId, nodeId } from './keys.ts';

/** Where each edge stands towards the service asked about. */
export interface Scope {
  /** Edges a problem of which is a problem of the service: its own inbound ones and everything below it. */
  readonly relevant: ReadonlySet<string>;
  /** Edges into anything the service depends on, whoever calls: they show whether others are hit alike. */
  readonly near: ReadonlySet<string>;
  /** Edges above it, through which its trouble reaches users. */
  readonly above: ReadonlySet<string>;
}

/** Walks callers and dependencies of a service; without a service every edge is relevant. */
export function scopeOf(edges: readonly Edge[], service: NodeKey | null): Scope {
  if (service === null) {
    const all = new Set(edges.map(edgeId));
    return { relevant: all, near: all, above: new Set() };
  }
  const centre = nodeId(service);
  const relevant = new Set<string>();
  const near = new Set<string>();
  const above = new Set<string>();
  const down = reach(edges, centre, (edge) => [nodeId(edge.client), nodeId(edge.server)]);
  const up = reach(edges, centre, (edge) => [nodeId(edge.server), nodeId(edge.client)]);
  for (const edge of edges) {
    const inbound = nodeId(edge.server) === centre;
    if (inbound || down.has(nodeId(edge.client))) relevant.add(edgeId(edge));
    if (down.has(nodeId(edge.server))) near.add(edgeId(edge));
    if (!inbound && up.has(nodeId(edge.server))) above.add(edgeId(edge));
  }
  return { relevant, near, above };
}

function reach(
  edges: readonly EdgeKey[],
  from: string,
  direction: (edge: EdgeKey) => [near: string, far: string],
): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const [near, far] = direction(edge);
    const list = next.get(near);
    if (list) list.push(far);
    else next.set(near, [far]);
  }
  const seen = new Set([from]);
  for (const node of seen) for (const far of next.get(node) ?? []) seen.add(far);
  return seen;
}
