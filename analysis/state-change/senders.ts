import type { EdgeKey, NodeKey } from '../../graph/index.ts';
import type { Evidence } from '../evidence.ts';
import { groupBy } from '../group.ts';
import { edgeId, nodeId, nodeOf } from '../keys.ts';
import { riseOf } from './traffic.ts';

/** A caller is named if it made at least this part of what is more; what carried less is drift. */
const PART = 0.2;
/** A caller passes a rise on if what it was asked more explains this much of what it sends more. */
const EXPLAINED = 0.5;

/**
 * Who sent more: from edges whose requests rose, up to their callers, and on to the callers of those whose own requests rose as well
 * (each request then asks as much as before). Where a caller was not asked more, or nobody is known to ask it, the walk ends: it sends
 * more by itself. Largest first.
 */
export function sendersOf(evidence: Evidence, edges: readonly EdgeKey[]): NodeKey[] {
  const inbound = groupBy(evidence.world.edges, ({ key }) => nodeId(key.server));
  const senders = new Map<string, { readonly node: NodeKey; more: number }>();
  const seen = new Set<string>();
  const walk = (into: readonly EdgeKey[], whole: number): void => {
    const rises = into.map((edge) => ({ edge, ...riseOf(evidence, [edge]) }));
    const all = rises.reduce((sum, { was, is }) => sum + Math.max(0, is - was), 0);
    for (const { edge, was, is } of rises) {
      if (is - was < PART * all || seen.has(edgeId(edge))) continue;
      seen.add(edgeId(edge));
      const more = (whole * (is - was)) / all;
      const asking = (inbound.get(nodeId(edge.client)) ?? []).map(({ key }) => key);
      const asked = riseOf(evidence, asking);
      const handed = asked.was > 0 ? was * (asked.is / asked.was - 1) : 0;
      if (handed >= EXPLAINED * (is - was)) walk(asking, more);
      else {
        const known = senders.get(nodeId(edge.client)) ?? { node: nodeOf(edge.client), more: 0 };
        known.more += more;
        senders.set(nodeId(edge.client), known);
      }
    }
  };
  walk(edges, 1);
  return [...senders.values()].sort((a, b) => b.more - a.more).map(({ node }) => node);
}
