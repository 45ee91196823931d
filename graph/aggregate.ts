import type { DuckDBConnection } from '@duckdb/node-api';
import { BUCKETS, EMPTY_HISTOGRAM, type Histogram } from '../probe/index.ts';
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

/** What facts are summed by: `f` is a fact, `c` and `s` are the rows of the client's and the server's endpoint. */
export const GRAINS = {
  edge: ['c.workload_id AS client', 's.workload_id AS server', 'f.port AS port'],
  edgeWindow: [
    'f.window_start AS start',
    'c.workload_id AS client',
    's.workload_id AS server',
    'f.port AS port',
  ],
  leaf: ['f.client AS client', 'f.server AS server', 'f.port AS port'],
} as const;
export type Grain = keyof typeof GRAINS;

export interface Group {
  /** Values of the grain's columns, in its order. */
  readonly key: readonly number[];
  readonly counts: EdgeCounts;
}

/** Sums facts and merges histograms in SQL. Both queries must see the same snapshot. */
export async function aggregate(
  connection: DuckDBConnection,
  grain: Grain,
  period: Period,
  filter = 'true',
): Promise<Group[]> {
  const keys = GRAINS[grain];
  const names = keys.map((key) => key.slice(key.indexOf(' AS ') + 4)).join(', ');
  const rows = (table: Additive, more: string) =>
    `SELECT ${keys.join(', ')}, ${more} FROM ${joined(table)} WHERE ${inPeriod(period)} AND ${filter}`;
  const facts = await columns(connection, sumsQuery(names, rows));
  const buckets = await columns(connection, bucketsQuery(names, rows));
  const histograms = unpack(buckets);
  return Array.from({ length: facts[0]?.length ?? 0 }, (_, row) => ({
    key: facts.slice(0, keys.length).map((column) => column[row]!),
    counts: countsAt(facts, row, keys.length, histograms),
  }));
}

/** Windows whose start lies in the period; adjacent periods share none. */
export function inPeriod({ from, to }: Period): string {
  return `window_start >= ${Math.ceil(from / 1_000_000)} AND window_start < ${Math.ceil(to / 1_000_000)}`;
}

/** Facts with both endpoints, as `f`, `c` and `s`. */
export function joined(table: Additive): string {
  return `${all(table)} AS f JOIN endpoint AS c ON c.id = f.client JOIN endpoint AS s ON s.id = f.server`;
}

type Rows = (table: Additive, more: string) => string;

/** A 64-bit sum comes back as a double: exact up to 2^53. */
function sumsQuery(names: string, rows: Rows): string {
  const sums = COUNTS.map(([, column]) => `sum(${column})::DOUBLE`).join(', ');
  return `SELECT ${names}, ${sums} FROM (${rows(FACT, COUNTS.map(([, column]) => column).join(', '))})
    GROUP BY ${names} ORDER BY ${names}`;
}

/** Places in a code: one for every bucket of every histogram of one group. */
const CODES = HISTOGRAMS.length * BUCKETS;

/**
 * Every bucket as one number (group, histogram, bucket) and its count: reading rows into JavaScript is the slow part of
 * a query, and sorting by one integer is several times as fast as by six. Groups are numbered in the order in which
 * `sumsQuery` lists them.
 */
function bucketsQuery(names: string, rows: Rows): string {
  return `WITH numbered AS (
      SELECT ${names}, row_number() OVER (ORDER BY ${names}) - 1 AS number
      FROM (SELECT DISTINCT ${names} FROM (${rows(FACT, '0')})))
    SELECT (number * ${CODES} + kind::BIGINT * ${BUCKETS} + bucket)::DOUBLE AS code, sum(count)::DOUBLE
    FROM (${rows(HISTOGRAM, 'f.kind, f.bucket, f.count')}) JOIN numbered USING (${names})
    WHERE kind < ${HISTOGRAMS.length} AND bucket < ${BUCKETS}
    GROUP BY code ORDER BY code`;
}

type Columns = readonly (readonly number[])[];

async function columns(connection: DuckDBConnection, sql: string): Promise<Columns> {
  return (await connection.runAndReadAll(sql)).getColumns() as unknown as Columns;
}

/** Histograms by their number: group * histograms + kind. */
function unpack([codes = [], counts = []]: Columns): Map<number, Histogram> {
  const histograms = new Map<number, Histogram>();
  let at = 0;
  while (at < codes.length) {
    const number = Math.floor(codes[at]! / BUCKETS);
    const buckets: number[] = [];
    const first = at;
    for (; at < codes.length && codes[at]! < (number + 1) * BUCKETS; at++) {
      buckets.push(codes[at]! - number * BUCKETS);
    }
    histograms.set(number, { buckets, counts: counts.slice(first, at) });
  }
  return histograms;
}

function countsAt(
  facts: Columns,
  row: number,
  width: number,
  histograms: ReadonlyMap<number, Histogram>,
): EdgeCounts {
  const counts = {} as Record<CountName | HistogramName, number | Histogram>;
  for (const [i, [field]] of COUNTS.entries()) counts[field] = facts[width + i]![row]!;
  for (const [kind, name] of HISTOGRAMS.entries()) {
    counts[name] = histograms.get(row * HISTOGRAMS.length + kind) ?? EMPTY_HISTOGRAM;
  }
  return counts as unknown as EdgeCounts;
}
