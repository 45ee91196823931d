import { groupBy } from '../group.ts';
import type { Order, Segment } from './types.ts';

/** Heights kept free for a card and for a passing edge, pixels at zoom 1. */
export const CARD_PITCH = 60;
export const PASS_PITCH = 18;
const ROUNDS = 16;

/**
 * Vertical positions: every item wants to be level with its neighbours, none may come closer to the next than its
 * height. Alternating sweeps settle the whole; a last one outwards from the centre makes single lines straight.
 */
export function placeRows(order: Order, segments: readonly Segment[], centre: number): Map<string, number> {
  const y = new Map<string, number>();
  for (const column of order) stack(column, y);
  const inward = groupBy(segments, (segment) => segment.right);
  const outward = groupBy(segments, (segment) => segment.left);
  const left = (id: string): string[] => (inward.get(id) ?? []).map((segment) => segment.left);
  const right = (id: string): string[] => (outward.get(id) ?? []).map((segment) => segment.right);
  for (let round = 0; round < ROUNDS; round++) {
    for (const column of round % 2 === 0 ? order : order.toReversed()) {
      align(column, y, (id) => [...left(id), ...right(id)]);
    }
  }
  for (const column of order.slice(centre + 1)) align(column, y, left);
  for (const column of order.slice(0, centre).reverse()) align(column, y, right);
  return y;
}

/** Rows one below the other, the middle at zero. */
function stack(column: Order[number], y: Map<string, number>): void {
  const gaps = separations(column);
  let at = -gaps.reduce((sum, gap) => sum + gap, 0) / 2;
  column.forEach((item, row) => {
    at += gaps[row]!;
    y.set(item.id, at);
  });
}

/** Moves a column as close to the mean of its neighbours as its order and separations allow. */
function align(column: Order[number], y: Map<string, number>, near: (id: string) => readonly string[]): void {
  const wanted = column.map(({ id }) => {
    const others = near(id);
    if (others.length === 0) return y.get(id)!;
    return others.reduce((sum, other) => sum + y.get(other)!, 0) / others.length;
  });
  const solved = spread(wanted, separations(column));
  column.forEach((item, row) => {
    y.set(item.id, solved[row]!);
  });
}

/** Room between each item and the one above it; 0 for the first. */
function separations(column: Order[number]): number[] {
  return column.map((item, row) => {
    const above = column[row - 1];
    if (above === undefined) return 0;
    return ((item.isNode ? CARD_PITCH : PASS_PITCH) + (above.isNode ? CARD_PITCH : PASS_PITCH)) / 2;
  });
}

/**
 * The rows nearest to the wanted ones (least squares) that keep order and separation: subtracting the cumulated
 * separations turns it into isotonic regression, solved by pooling adjacent violators.
 */
export function spread(wanted: readonly number[], gaps: readonly number[]): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const gap of gaps) {
    offset += gap;
    offsets.push(offset);
  }
  const pools: { sum: number; size: number }[] = [];
  wanted.forEach((value, row) => {
    let pool = { sum: value - offsets[row]!, size: 1 };
    for (let last = pools.at(-1); last !== undefined; last = pools.at(-1)) {
      if (last.sum / last.size <= pool.sum / pool.size) break;
      pool = { sum: last.sum + pool.sum, size: last.size + pool.size };
      pools.pop();
    }
    pools.push(pool);
  });
  return pools
    .flatMap(({ sum, size }) => Array<number>(size).fill(sum / size))
    .map((value, row) => value + offsets[row]!);
}
