import { groupBy } from '../group.ts';
import { compare } from './columns.ts';
import type { Columns, Item, LayoutEdge, Order, Segment } from './types.ts';

/** Sweeps to and fro; orders settle after a few, and the best one seen is kept. */
const SWEEPS = 8;

export interface Threads {
  readonly items: readonly Item[];
  readonly segments: readonly Segment[];
  /** Items an edge passes between its ends, left to right. */
  readonly passes: ReadonlyMap<string, readonly string[]>;
}

/** Cuts every edge into pieces that span one column, through items that keep room for it between the cards. */
export function threads(columns: Columns, edges: readonly LayoutEdge[]): Threads {
  const items: Item[] = [...columns].map(([id, column]) => ({ id, column, isNode: true }));
  const segments: Segment[] = [];
  const passes = new Map<string, readonly string[]>();
  for (const edge of [...edges].sort((a, b) => compare(a.id, b.id))) {
    const client = columns.get(edge.client);
    const server = columns.get(edge.server);
    if (client === undefined || server === undefined || client === server) continue;
    const [left, right] = client < server ? [edge.client, edge.server] : [edge.server, edge.client];
    const between: string[] = [];
    for (let column = Math.min(client, server) + 1; column < Math.max(client, server); column++) {
      const id = `${edge.id}#${column}`;
      items.push({ id, column, isNode: false });
      between.push(id);
    }
    const chain = [left, ...between, right];
    for (let i = 1; i < chain.length; i++) segments.push({ left: chain[i - 1]!, right: chain[i]! });
    passes.set(edge.id, between);
  }
  return { items, segments, passes };
}

/** Order inside the columns with few crossings: barycentres, ties by id, no chance anywhere. */
export function orderOf({ items, segments }: Threads): Order {
  const width = items.reduce((most, item) => Math.max(most, item.column + 1), 0);
  let order: Order = Array.from({ length: width }, (_, column) =>
    items.filter((item) => item.column === column).sort((a, b) => compare(a.id, b.id)),
  );
  const toRight = groupBy(segments, (segment) => segment.left);
  const toLeft = groupBy(segments, (segment) => segment.right);
  let best = order;
  let fewest = crossings(order, toRight);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    order = sweep % 2 === 0 ? sweepRight(order, toLeft) : sweepLeft(order, toRight);
    const crossed = crossings(order, toRight);
    if (crossed < fewest) [best, fewest] = [order, crossed];
  }
  return best;
}

function sweepRight(order: Order, toLeft: Map<string, Segment[]>): Order {
  const swept: Item[][] = [[...(order[0] ?? [])]];
  for (let column = 1; column < order.length; column++) {
    swept.push(byBarycentre(order[column]!, swept[column - 1]!, (id) => toLeft.get(id)?.map((s) => s.left)));
  }
  return swept;
}

function sweepLeft(order: Order, toRight: Map<string, Segment[]>): Order {
  const swept: Item[][] = [...order].map((column) => [...column]);
  for (let column = order.length - 2; column >= 0; column--) {
    swept[column] = byBarycentre(order[column]!, swept[column + 1]!, (id) =>
      toRight.get(id)?.map((s) => s.right),
    );
  }
  return swept;
}

function byBarycentre(
  column: readonly Item[],
  fixed: readonly Item[],
  neighbours: (id: string) => string[] | undefined,
): Item[] {
  const rows = new Map(fixed.map((item, row) => [item.id, (row + 0.5) / fixed.length]));
  const weight = new Map(
    column.map((item, row) => {
      const near = (neighbours(item.id) ?? []).map((id) => rows.get(id) ?? 0);
      const mean = near.reduce((sum, value) => sum + value, 0) / near.length;
      return [item.id, near.length === 0 ? (row + 0.5) / column.length : mean];
    }),
  );
  return [...column].sort((a, b) => weight.get(a.id)! - weight.get(b.id)! || compare(a.id, b.id));
}

function crossings(order: Order, toRight: Map<string, Segment[]>): number {
  let sum = 0;
  for (let column = 0; column + 1 < order.length; column++) {
    const rows = new Map(order[column + 1]!.map((item, row) => [item.id, row]));
    const ends: number[] = [];
    for (const item of order[column]!) {
      const targets = (toRight.get(item.id) ?? []).map((s) => rows.get(s.right)!).sort((a, b) => a - b);
      for (const target of targets) sum += ends.filter((end) => end > target).length;
      ends.push(...targets);
    }
  }
  return sum;
}
