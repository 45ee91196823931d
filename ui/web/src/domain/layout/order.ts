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

/** More long edges than this at one node share a trunk: a crowd of callers would fill the map with parallel lines. */
const MAX_LINES = 6;

/** Cuts every edge into pieces that span one column, through items that keep room for it between the cards. */
export function threads(columns: Columns, edges: readonly LayoutEdge[]): Threads {
  const items = new Map<string, Item>([...columns].map(([id, column]) => [id, { id, column, isNode: true }]));
  const segments = new Map<string, Segment>();
  const passes = new Map<string, readonly string[]>();
  const spans = spansOf(columns, edges);
  const trunkOf = trunks(spans);
  for (const span of spans) {
    const between: string[] = [];
    for (let column = span.from + 1; column < span.to; column++) {
      const id = `${trunkOf(span)}#${column}`;
      items.set(id, { id, column, isNode: false });
      between.push(id);
    }
    const chain = [span.left, ...between, span.right];
    for (let i = 1; i < chain.length; i++) {
      const [left, right] = [chain[i - 1]!, chain[i]!];
      segments.set(JSON.stringify([left, right]), { left, right });
    }
    passes.set(span.id, between);
  }
  return { items: [...items.values()], segments: [...segments.values()], passes };
}

/** An edge by the columns it spans, whichever way it points. */
interface Span {
  readonly id: string;
  readonly left: string;
  readonly right: string;
  readonly from: number;
  readonly to: number;
}

function spansOf(columns: Columns, edges: readonly LayoutEdge[]): Span[] {
  return [...edges]
    .sort((a, b) => compare(a.id, b.id))
    .flatMap(({ id, client, server }) => {
      const [from, to] = [columns.get(client), columns.get(server)];
      if (from === undefined || to === undefined || from === to) return [];
      return from < to
        ? [{ id, left: client, right: server, from, to }]
        : [{ id, left: server, right: client, from: to, to: from }];
    });
}

/** Name of the line a long edge runs on: its own, or the trunk of the crowded node it leads to or comes from. */
function trunks(spans: readonly Span[]): (span: Span) => string {
  const long = spans.filter(({ from, to }) => to - from > 1);
  const into = groupBy(long, (span) => span.right);
  const outOf = groupBy(long, (span) => span.left);
  const crowded = (group: readonly Span[] | undefined): boolean => (group?.length ?? 0) > MAX_LINES;
  return ({ id, left, right }) => {
    if (crowded(into.get(right))) return JSON.stringify(['into', right]);
    return crowded(outOf.get(left)) ? JSON.stringify(['out of', left]) : id;
  };
}

/** Order inside the columns with few crossings: barycentres, ties by id, no chance anywhere. */
export function orderOf({ items, segments }: Threads): Order {
  const width = items.reduce((most, item) => Math.max(most, item.column + 1), 0);
  let order: Order = Array.from({ length: width }, (_, column) =>
    ranked(
      items.filter((item) => item.column === column),
      () => 0,
    ),
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
  return ranked(column, (item) => weight.get(item.id)!);
}

/** By weight, then by id; lines that could pass anywhere among equals pass in their middle. */
function ranked(column: readonly Item[], weight: (item: Item) => number): Item[] {
  const sorted = [...column].sort((a, b) => weight(a) - weight(b) || compare(a.id, b.id));
  return [...groupBy(sorted, weight).values()].flatMap((equals) => {
    const nodes = equals.filter((item) => item.isNode);
    const middle = nodes.length >> 1;
    return [...nodes.slice(0, middle), ...equals.filter((item) => !item.isNode), ...nodes.slice(middle)];
  });
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
