import { z } from '@hono/zod-openapi';
import type { EndpointRow, Leaf, NodeKey } from '../../../graph/index.ts';
import { nodeName } from '../names.ts';

/** Values of one tag listed per workload; a workload with more instances is counted, not listed. */
const MAX_VALUES = 8;

export const FactsSchema = z
  .object({
    /** Deployment, StatefulSet … of the cluster, or `outside` and `unresolved`. */
    kind: z.string(),
    pods: z.int(),
    versions: z.array(z.string()),
    zones: z.array(z.string()),
    nodes: z.array(z.string()),
  })
  .openapi('Facts');

export type Facts = z.infer<typeof FactsSchema>;

/** What the ends of flows say about the workloads they belong to, by name. */
export function factsOf(leaves: readonly Leaf[], keyOf: (leaf: Leaf, side: 'client' | 'server') => NodeKey) {
  const ends = new Map<string, { key: NodeKey; rows: Map<number, EndpointRow> }>();
  for (const leaf of leaves) {
    for (const side of ['client', 'server'] as const) {
      const key = keyOf(leaf, side);
      const name = nodeName(key);
      const known = ends.get(name) ?? { key, rows: new Map() };
      known.rows.set(leaf[side].id, leaf[side]);
      ends.set(name, known);
    }
  }
  return new Map([...ends].map(([name, { key, rows }]) => [name, summary(key, [...rows.values()])]));
}

function summary(key: NodeKey, rows: readonly EndpointRow[]): Facts {
  const values = (tag: 'version' | 'zone' | 'node' | 'pod'): string[] =>
    [...new Set(rows.map((row) => row.tags[tag]).filter((value) => value !== undefined))].sort();
  return {
    kind: kindOf(key, rows),
    pods: values('pod').length,
    versions: values('version').slice(0, MAX_VALUES),
    zones: values('zone').slice(0, MAX_VALUES),
    nodes: values('node').slice(0, MAX_VALUES),
  };
}

export function kindOf(key: NodeKey, rows: readonly EndpointRow[]): string {
  const kind = rows.find((row) => row.tags.kind !== undefined)?.tags.kind;
  if (kind !== undefined) return kind;
  if (rows.length > 0 && rows.every((row) => row.resolution === 'unresolved')) return 'unresolved';
  return key.namespace === '' ? 'outside' : 'workload';
}
