import type { EdgeKey, NodeKey } from '../graph/index.ts';

export function nodeId(node: NodeKey): string {
  return `${node.namespace}/${node.workload}`;
}

export function edgeId(edge: EdgeKey): string {
  return `${nodeId(edge.client)}>${nodeId(edge.server)}:${edge.port}`;
}

export function nodeOf({ namespace, workload }: NodeKey): NodeKey {
  return { namespace, workload };
}

export function edgeOf({ client, server, port }: EdgeKey): EdgeKey {
  return { client: nodeOf(client), server: nodeOf(server), port };
}
