import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { nextOrder, type SortKey, type SortOrder, sortRows } from '../domain/sort.ts';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly numeric?: boolean;
  /** Starts with the largest when chosen, as numbers do. */
  readonly descending?: boolean;
  readonly sort: (row: T) => SortKey;
  readonly cell: (row: T) => ComponentChildren;
}

interface Props<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly initial: SortOrder;
  readonly current?: (row: T) => boolean;
}

/** A real table: sortable by its headings, first column a heading of its row. */
export function DataTable<T>({ caption, columns, rows, rowKey, initial, current }: Props<T>) {
  const [order, setOrder] = useState(initial);
  const by = columns.find((column) => column.key === order.column) ?? columns[0]!;
  return (
    <div class="table-scroll">
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order} choose={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, by.sort, order.ascending).map((row) => (
            <tr
              key={rowKey(row)}
              class={current?.(row) ? 'current' : ''}
              aria-current={current?.(row) || undefined}
            >
              {columns.map((column, index) => {
                const Cell = index === 0 ? 'th' : 'td';
                return (
                  <Cell
                    key={column.key}
                    class={column.numeric ? 'number' : ''}
                    {...(index === 0 ? { scope: 'row' } : {})}
                  >
                    {column.cell(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<T>(props: {
  readonly column: Column<T>;
  readonly order: SortOrder;
  readonly choose: (order: SortOrder) => void;
}) {
  const { column, order, choose } = props;
  const sorted = order.column === column.key;
  return (
    <th
      scope="col"
      class={column.numeric ? 'number' : ''}
      aria-sort={sorted ? (order.ascending ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        onClick={() =>
          choose(nextOrder(order, column.key, column.numeric === true || column.descending === true))
        }
      >
        {column.title}
        <span aria-hidden="true" class="sort-mark">
          {sorted ? (order.ascending ? '↑' : '↓') : ''}
        </span>
      </button>
    </th>
  );
}
