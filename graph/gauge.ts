import type { DuckDBConnection } from '@duckdb/node-api';
import type { Endpoint } from '../enrich/index.ts';
import type { Gauge } from '../probe/index.ts';
import { inPeriod } from './aggregate.ts';
import { windowSeconds } from './batch.ts';
import type { Dimension } from './dimension.ts';
import { all, GAUGE, GAUGES_SINCE } from './schema.ts';
import { type GaugeRow, type GaugeWindow, type Period, WINDOW_MICROS } from './types.ts';

/** Names of the gauges; their place is the `kind` column of the table `gauge`. */
const KINDS = [
  'accept queue',
  'local ports',
  'connection tracking',
] as const satisfies readonly Gauge['kind'][];
const UINT32_MAX = 2 ** 32 - 1;

/** What a probe read, as a row; `owner` is whose it is. */
export function gaugeRow(gauge: Gauge, owner: Endpoint): GaugeRow {
  const { kind, time, used, limit, ended } = gauge;
  const window = Math.floor(time / WINDOW_MICROS) * WINDOW_MICROS;
  return { window, kind, owner, subject: subjectOf(gauge), used, limit, ended };
}

/** Which queue, pair of addresses or table it is, within what its owner has. */
function subjectOf({ kind, local, remote, netns, netnsName }: Gauge): string {
  const at = local === null ? '' : bracketed(local.ip);
  switch (kind) {
    case 'accept queue':
      return `${at}:${local?.port ?? 0}`;
    case 'local ports':
      return `${at} → ${remote === null ? '' : `${bracketed(remote.ip)}:${remote.port}`}`;
    case 'connection tracking':
      return `network namespace ${netnsName ?? netns}`;
  }
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

export async function appendGauges(
  connection: DuckDBConnection,
  dimension: Dimension,
  rows: readonly GaugeRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const appender = await connection.createAppender(`${GAUGE.name}_tail`);
  for (const { window, kind, owner, subject, used, limit, ended } of rows) {
    appender.appendUInteger(windowSeconds(window));
    appender.appendUInteger(dimension.intern(owner).id);
    appender.appendUTinyInt(KINDS.indexOf(kind));
    appender.appendVarchar(subject);
    for (const value of [used, limit, ended]) {
      appender.appendUInteger(Math.min(Math.max(0, Math.trunc(value)), UINT32_MAX));
    }
    appender.endRow();
  }
  appender.closeSync();
}

/** The most of each window, ascending; none of a store that is older than they are. */
export async function readGauges(
  connection: DuckDBConnection,
  dimension: Dimension,
  version: number,
  period: Period,
): Promise<GaugeWindow[]> {
  if (version < GAUGES_SINCE) return [];
  const reader = await connection.runAndReadAll(
    `SELECT window_start::DOUBLE, owner::DOUBLE, kind, subject, max(used)::DOUBLE, max(capacity)::DOUBLE, max(ended)::DOUBLE
     FROM ${all(GAUGE)} WHERE ${inPeriod(period)} AND kind < ${KINDS.length}
     GROUP BY window_start, owner, kind, subject ORDER BY window_start, kind, owner, subject`,
  );
  return reader.getRowsJS().map(([window, owner, kind, subject, used, limit, ended]) => ({
    window: Number(window) * 1_000_000,
    kind: KINDS[Number(kind)]!,
    owner: dimension.row(Number(owner)),
    node: dimension.workloadOf(Number(owner)),
    subject: String(subject),
    used: Number(used),
    limit: Number(limit),
    ended: Number(ended),
  }));
}
