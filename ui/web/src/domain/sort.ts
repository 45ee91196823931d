export interface SortOrder {
  readonly column: string;
  readonly ascending: boolean;
}

export type SortKey = number | string | null;

/** A sorted copy; what has no value comes last whichever way, equal rows keep their order. */
export function sortRows<T>(rows: readonly T[], keyOf: (row: T) => SortKey, ascending: boolean): T[] {
  return [...rows].sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (left === right) return 0;
    return left < right === ascending ? -1 : 1;
  });
}

/** Choosing a column sorts by it, choosing it again turns the order round; some start with the largest. */
export function nextOrder(order: SortOrder, column: string, largestFirst: boolean): SortOrder {
  if (order.column === column) return { column, ascending: !order.ascending };
  return { column, ascending: !largestFirst };
}
