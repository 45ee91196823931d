import { columnsOf } from './columns.ts';
import { orderOf, threads } from './order.ts';
import { CARD_PITCH, placeRows } from './place.ts';
import type { Layout, LayoutGraph, Point } from './types.ts';

export { type Curve, curveOf } from './curve.ts';
export type { Layout, LayoutEdge, LayoutGraph, Point } from './types.ts';

/** Size of a card and distance of columns, pixels at zoom 1. */
export const CARD = { width: 150, height: 44 } as const;
const COLUMN_PITCH = 220;

/**
 * Callers left, centre at the origin, dependencies right. The same neighbourhood always gives the same picture,
 * whatever order it arrives in.
 */
export function layOut(graph: LayoutGraph): Layout {
  const columns = columnsOf(graph);
  const cut = threads(columns, graph.edges);
  const order = orderOf(cut);
  const originColumn = columns.get(graph.centre) ?? 0;
  const rows = placeRows(order, cut.segments, originColumn);
  const originRow = rows.get(graph.centre) ?? 0;
  const point = (id: string, column: number): Point => ({
    x: (column - originColumn) * COLUMN_PITCH,
    y: Math.round(rows.get(id)! - originRow),
  });
  const columnOfItem = new Map(cut.items.map((item) => [item.id, item.column]));
  const routes = new Map<string, readonly Point[]>();
  for (const edge of graph.edges) {
    const passes = (cut.passes.get(edge.id) ?? []).map((id) => point(id, columnOfItem.get(id)!));
    const backwards = (columns.get(edge.client) ?? 0) > (columns.get(edge.server) ?? 0);
    routes.set(edge.id, backwards ? passes.toReversed() : passes);
  }
  return { positions: new Map([...columns].map(([id, column]) => [id, point(id, column)])), routes };
}

/**
 * The layout of a refreshed neighbourhood that moves nothing the reader already sees: known nodes and edges stay where
 * they are, new nodes take the first free row below their column.
 */
export function settle(previous: Layout, graph: LayoutGraph): Layout {
  const fresh = layOut(graph);
  const positions = new Map<string, Point>();
  for (const { id } of graph.nodes) {
    const known = previous.positions.get(id);
    if (known !== undefined) positions.set(id, known);
  }
  if (positions.size === 0) return fresh;
  for (const [id, wanted] of [...fresh.positions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (positions.has(id)) continue;
    const column = [...positions.values()].filter((point) => Math.abs(point.x - wanted.x) < COLUMN_PITCH / 2);
    const taken = column.some((point) => Math.abs(point.y - wanted.y) < CARD_PITCH);
    const lowest = Math.max(...column.map((point) => point.y));
    positions.set(id, taken ? { x: wanted.x, y: lowest + CARD_PITCH } : wanted);
  }
  const routes = new Map(graph.edges.map((edge) => [edge.id, previous.routes.get(edge.id) ?? []]));
  return { positions, routes };
}
