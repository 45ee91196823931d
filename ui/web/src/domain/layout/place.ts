import type { Order, Segment } from './types.ts';

/** Heights kept free for a card and for a passing edge, pixels at zoom 1. */
export const CARD_PITCH = 60;
export const PASS_PITCH = 18;
const ROUNDS = 16;

/**
 * Vertical positions: every item wants to be level with its neighbours, none may come closer to the next than its
 * height. Alternating sweeps of the exact solution of one column each.
 */
export function placeRows(order: Order, segments: readonly Segment[]): Map<string, number> {
  const y = new Map<string, number>();
  for (const column of order) {
    const gaps = separations(column);
    const total = gaps.reduce((sum, gap) => sum + gap, 0);
    let at = -total / 2;
    column.forEach((item, row) => {
      at += gaps[row]!;
      y.set(item.id, at);
    });
  }
  const near = new Map<string, string[]>();
  for (const { left, right } of segments) {
    near.set(left, [...(near.get(left) ?? []), right]);
    near.set(right, [...(near.get(right) ?? []), left]);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const columns = round % 2 === 0 ? order : order.toReversed();
    for (const column of columns) {
      const wanted = column.map(({ id }) => {
        const others = near.get(id) ?? [];
        if (others.length === 0) return y.get(id)!;
        return others.reduce((sum, other) => sum + y.get(other)!, 0) / others.length;
      });
      const solved = spread(wanted, separations(column));
      column.forEach((item, row) => {
        y.set(item.id, solved[row]!);
      });
    }
  }
  return y;
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
