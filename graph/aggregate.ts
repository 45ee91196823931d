import type { DuckDBConnection } from '@duckdb/node-api';
import { EMPTY_HISTOGRAM, type Histogram } from '../probe/index.ts';
import {
  type Additive,
  all,
  COUNTS,
  type CountName,
  FACT,
  HISTOGRAM,
  HISTOGRAMS,
  type HistogramName,
} from './schema.ts';
import type { EdgeCounts, Period } from './types.ts';

/** The columns that facts are summed by: `c` and `s` are the rows of the client's and the server's endpoint. */
export const GRAINS = {
  edge: ['c.workload_id', 's.workload_id', 'port'],
  edgeWindow: ['window_start', 'c.workload_id', 's.workload_id', 'port'],
  leaf: ['client', 'server', 'port'],
} as const;
export type Grain = keyof typeof GRAINS;

export interface Group {
  /** Values of the grain's columns, in its order. */
  readonly key: readonly number[];
  readonly counts: EdgeCounts;
}

/**
 * Sums facts and merges histograms in SQL, and returns them in the order of their key. Both queries must see the same
 * snapshot. A 64-bit sum comes back as a double: exact up to 2^53.
 */
export async function aggregate(
  connection: DuckDBConnection,
  grain: Grain,
  period: Period,
  filter = 'true',
): Promise<Group[]> {
  const keys = GRAINS[grain];
  const sums = COUNTS.map(([, column]) => `sum(${column})`);
  const facts = await columns(connection, select(FACT, keys, sums, period, filter));
  const buckets = await columns(
    connection,
    select(HISTOGRAM, [...keys, 'f.kind', 'f.bucket'], ['sum(count)'], period, filter),
  );
  return zip(facts, buckets, keys.length);
}

/** Windows whose start lies in the period; adjacent periods share none. */
export function inPeriod({ from, to }: Period): string {
  return `window_start >= ${Math.ceil(from / 1_000_000)} AND window_start < ${Math.ceil(to / 1_000_000)}`;
}

/** Facts with both endpoints, as `f`, `c` and `s`. */
export function joined(table: Additive): string {
  return `${all(table)} AS f JOIN endpoint AS c ON c.id = f.client JOIN endpoint AS s ON s.id = f.server`;
}

function select(
  table: Additive,
  keys: readonly string[],
  values: readonly string[],
  period: Period,
  filter: string,
): string {
  return `SELECT ${[...keys, ...values.map((value) => `${value}::DOUBLE`)].join(', ')} FROM ${joined(table)}
    WHERE ${inPeriod(period)} AND ${filter} GROUP BY ${keys.join(', ')} ORDER BY ${keys.join(', ')}`;
}

type Columns = readonly (readonly number[])[];

async function columns(connection: DuckDBConnection, sql: string): Promise<Columns> {
  return (await connection.runAndReadAll(sql)).getColumns() as unknown as Columns;
}

/** Walks facts and buckets, both ordered by the key, side by side. */
function zip(facts: Columns, buckets: Columns, width: number): Group[] {
  const groups: Group[] = [];
  let at = 0;
  for (let row = 0; row < (facts[0]?.length ?? 0); row++) {
    const key = facts.slice(0, width).map((column) => column[row]!);
    const first = at;
    while (at < (buckets[0]?.length ?? 0) && same(buckets, at, key)) at++;
    groups.push({ key, counts: countsAt(facts, row, width, histogramsOf(buckets, first, at, width)) });
  }
  return groups;
}

function same(columns: Columns, row: number, key: readonly number[]): boolean {
  for (let i = 0; i < key.length; i++) if (columns[i]![row] !== key[i]) return false;
  return true;
}

function countsAt(
  facts: Columns,
  row: number,
  width: number,
  histograms: Record<HistogramName, Histogram>,
): EdgeCounts {
  const counts = {} as Record<CountName, number>;
  for (const [i, [field]] of COUNTS.entries()) counts[field] = facts[width + i]![row]!;
  return { ...counts, ...histograms };
}

/** The histograms in rows `first` to `end`, which are ordered by kind and bucket. */
function histogramsOf(
  rows: Columns,
  first: number,
  end: number,
  width: number,
): Record<HistogramName, Histogram> {
  const found = {} as Record<HistogramName, Histogram>;
  let at = first;
  for (const [kind, name] of HISTOGRAMS.entries()) {
    const start = at;
    while (at < end && rows[width]![at] === kind) at++;
    found[name] =
      at === start
        ? EMPTY_HISTOGRAM
        : { buckets: rows[width + 1]!.slice(start, at), counts: rows[width + 2]!.slice(start, at) };
  }
  return found;
}
