import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { Change, Endpoint } from '../enrich/index.ts';
import type { Dimension } from './dimension.ts';
import { COUNTS, HISTOGRAMS } from './schema.ts';
import type { CoverageRow, EdgeCounts, GaugeRow } from './types.ts';

/** What was counted between two endpoints in one window. Rows add up: several per leaf and window are fine. */
export interface EdgeRow {
  /** Start of the window, microseconds since the epoch. */
  readonly window: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The server's port. */
  readonly port: number;
  readonly counts: EdgeCounts;
}

/** Everything one transaction writes. */
export interface Batch {
  readonly rows: readonly EdgeRow[];
  readonly coverage?: readonly CoverageRow[];
  readonly changes?: readonly Change[];
  readonly gauges?: readonly GaugeRow[];
}

/** Seconds since the epoch of a window's start. */
export function windowSeconds(micros: number): number {
  return Math.floor(micros / 1_000_000);
}

export async function appendFacts(
  connection: DuckDBConnection,
  dimension: Dimension,
  rows: readonly EdgeRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const facts = await connection.createAppender('fact_tail');
  const histograms = await connection.createAppender('histogram_tail');
  for (const row of rows) {
    const leaf = [dimension.intern(row.client).id, dimension.intern(row.server).id] as const;
    appendLeaf(facts, row, leaf);
    for (const [, , type, value] of countsOf(row.counts)) {
      if (type === 'UINTEGER') facts.appendUInteger(unsigned(value));
      else facts.appendUBigInt(BigInt(Math.max(0, Math.trunc(value))));
    }
    facts.endRow();
    for (const [kind, name] of HISTOGRAMS.entries()) {
      const { buckets, counts } = row.counts[name];
      for (let i = 0; i < buckets.length; i++) {
        appendLeaf(histograms, row, leaf);
        histograms.appendUTinyInt(kind);
        histograms.appendUSmallInt(buckets[i]!);
        histograms.appendUInteger(unsigned(counts[i]!));
        histograms.endRow();
      }
    }
  }
  facts.closeSync();
  histograms.closeSync();
}

export async function appendCoverage(
  connection: DuckDBConnection,
  rows: readonly CoverageRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const appender = await connection.createAppender('coverage_tail');
  for (const row of rows) {
    appender.appendUInteger(windowSeconds(row.window));
    appender.appendVarchar(row.node);
    appender.appendUTinyInt(row.reporting ? 1 : 0);
    for (const count of [row.seen, row.lost, row.ends, row.unresolved])
      appender.appendUInteger(unsigned(count));
    appender.appendUTinyInt(row.level);
    appender.endRow();
  }
  appender.closeSync();
}

/** A change that is told again (after a restart, by a second list of the same objects) is kept once. */
export async function insertChanges(connection: DuckDBConnection, changes: readonly Change[]): Promise<void> {
  for (const { at, kind, namespace, subject, what, tags } of changes) {
    await connection.run(
      `INSERT INTO change SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (
         FROM change WHERE "at" = $1 AND kind = $2 AND namespace = $3 AND subject = $4 AND what = $5)`,
      [BigInt(Math.trunc(at)), kind, namespace, subject, what, JSON.stringify(tags)],
    );
  }
}

function appendLeaf(
  appender: DuckDBAppender,
  row: EdgeRow,
  [client, server]: readonly [number, number],
): void {
  appender.appendUInteger(windowSeconds(row.window));
  appender.appendUInteger(client);
  appender.appendUInteger(server);
  appender.appendUSmallInt(row.port);
}

function countsOf(counts: EdgeCounts) {
  return COUNTS.map(([field, column, type]) => [field, column, type, counts[field]] as const);
}

/** The largest number a 32-bit column takes; a count beyond it in one row is clamped rather than refused. */
const UINT32_MAX = 2 ** 32 - 1;

function unsigned(value: number): number {
  return Math.min(Math.max(0, Math.trunc(value)), UINT32_MAX);
}
