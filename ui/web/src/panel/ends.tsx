import type { EdgeDetailBody } from '../../../server/index.ts';
import { count, millis, percent } from '../domain/format.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Name } from '../parts/name.tsx';

type End = EdgeDetailBody['clients'];
type Instance = End['instances'][number];

/** The instances at one end, with what tells them apart. */
export function Ends({ end, side }: { end: End; side: 'client' | 'server' }) {
  if (end.instances.length === 0) return <p class="note">No traffic in this minute.</p>;
  return (
    <>
      <DataTable
        caption={`Instances at the ${side} end`}
        columns={COLUMNS}
        rows={end.instances}
        rowKey={(row) => `${row.name} ${row.version} ${row.node}`}
        initial={{ column: 'requests', ascending: false }}
      />
      {end.more > 0 && <p class="note">and {end.more} quieter ones</p>}
    </>
  );
}

const COLUMNS: readonly Column<Instance>[] = [
  {
    key: 'name',
    title: 'Pod',
    sort: (row) => row.name,
    cell: (row) => (
      <span class="instance">
        <Name text={row.name} length={20} />
        <span class="note">
          {[row.version, row.node, row.zone]
            .filter((part) => part !== null)
            .map((part) => (
              <span key={part}>
                <Name text={part} length={24} />
              </span>
            ))}
        </span>
      </span>
    ),
  },
  {
    key: 'requests',
    title: 'Req.',
    numeric: true,
    sort: (row) => row.requests,
    cell: (row) => count(row.requests),
  },
  {
    key: 'failed',
    title: 'Failed',
    numeric: true,
    sort: (row) => (row.requests === 0 ? null : row.failedRequests / row.requests),
    cell: (row) => percent(row.requests === 0 ? null : row.failedRequests / row.requests),
  },
  { key: 'p99', title: 'P99', numeric: true, sort: (row) => row.p99Ms, cell: (row) => millis(row.p99Ms) },
];
