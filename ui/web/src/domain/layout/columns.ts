import { groupBy } from '../group.ts';
import type { Columns, LayoutEdge, LayoutGraph } from './types.ts';

/** More cards than this in one column would make the map too tall to read; the rest goes into columns of its own. */
export const MAX_ROWS = 16;
/** Steps a call chain inside one hop is spread over; longer chains are rare and drawn as arcs. */
const MAX_STEPS = 2;

/**
 * Columns from left to right: hops are bands, and a band in which members call each other is spread so that its calls
 * also run to the right. Callers lean towards the centre, so do dependencies.
 */
export function columnsOf(graph: LayoutGraph): Columns {
  const bands = groupBy(
    [...graph.nodes].sort((a, b) => compare(a.id, b.id)),
    (node) => node.hops,
  );
  const columns = new Map<string, number>();
  let next = 0;
  for (const hops of [...bands.keys()].sort((a, b) => a - b)) {
    const ids = bands.get(hops)!.map((node) => node.id);
    const steps = stepsWithin(ids, graph.edges, hops < 0);
    for (const step of [...new Set(steps.values())].sort((a, b) => a - b)) {
      const members = ids.filter((id) => steps.get(id) === step);
      const parts = Math.ceil(members.length / MAX_ROWS);
      const rows = Math.ceil(members.length / parts);
      members.forEach((id, index) => {
        columns.set(id, next + Math.floor(index / rows));
      });
      next += parts;
    }
  }
  return columns;
}

/** Longest call chain inside the band before each member (before the end of the band for callers), cycles cut. */
function stepsWithin(
  ids: readonly string[],
  edges: readonly LayoutEdge[],
  callers: boolean,
): Map<string, number> {
  const members = new Set(ids);
  const inside = edges.filter(
    ({ client, server }) => client !== server && members.has(client) && members.has(server),
  );
  const previous = groupBy(inside, (edge) => (callers ? edge.client : edge.server));
  const steps = new Map<string, number>();
  const open = new Set<string>();
  const visit = (id: string): number => {
    const known = steps.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) return -1;
    open.add(id);
    const others = (previous.get(id) ?? [])
      .map((edge) => (callers ? edge.server : edge.client))
      .sort(compare);
    const step = Math.min(MAX_STEPS, Math.max(-1, ...others.map(visit)) + 1);
    open.delete(id);
    steps.set(id, step);
    return step;
  };
  for (const id of ids) visit(id);
  if (!callers) return steps;
  const last = Math.max(0, ...steps.values());
  return new Map([...steps].map(([id, step]) => [id, last - step]));
}

/** Code unit order: the same in every browser and language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
