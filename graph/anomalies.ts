import { BLOB, blobValue, type DuckDBConnection } from '@duckdb/node-api';
import type { AnomalyRow, Period } from './types.ts';

/** Version of the schema the two tables came with. */
export const ANOMALIES_SINCE = 3;
/** Anomalies kept: a busy cluster has some dozens a night, so this is years; what exceeds it goes, oldest first. */
const MAX_ANOMALIES = 100_000;

const COLUMNS = [
  'id',
  'client_namespace',
  'client_workload',
  'server_namespace',
  'server_workload',
  'port',
  'channel',
  'signal',
  'onset',
  'opened',
  'seen',
  'ended',
  'lasting',
  'was',
  '"is"',
  'unit',
  'bad',
  'total',
  'requests',
  'evidence',
  'p',
  'step',
] as const;

/** Anomalies that reach into a period: one that goes on reaches to where it was last seen. */
export function overlapping({ from, to }: Period): string {
  return `onset < ${Math.trunc(to)} AND coalesce(ended, seen) > ${Math.trunc(from)}`;
}

export async function putAnomalies(connection: DuckDBConnection, rows: readonly AnomalyRow[]): Promise<void> {
  const places = COLUMNS.map((_, i) => `$${i + 1}`).join(', ');
  for (const row of rows) {
    await connection.run('DELETE FROM anomaly WHERE id = $1', [row.id]);
    await connection.run(`INSERT INTO anomaly (${COLUMNS.join(', ')}) VALUES (${places})`, valuesOf(row));
  }
  await connection.run(
    `DELETE FROM anomaly WHERE seen < (SELECT seen FROM anomaly ORDER BY seen DESC LIMIT 1 OFFSET ${MAX_ANOMALIES - 1})`,
  );
}

function valuesOf(row: AnomalyRow) {
  const { client, server, port } = row.edge;
  return [
    row.id,
    client.namespace,
    client.workload,
    server.namespace,
    server.workload,
    port,
    row.channel,
    row.signal,
    micros(row.onset),
    micros(row.opened),
    micros(row.seen),
    row.ended === null ? null : micros(row.ended),
    row.lasting,
    row.was,
    row.is,
    row.unit,
    row.bad,
    row.total,
    row.requests,
    row.evidence,
    row.p,
    micros(row.stepMicros),
  ];
}

function micros(value: number): bigint {
  return BigInt(Math.trunc(value));
}

export async function anomaliesIn(
  connection: DuckDBConnection,
  version: number,
  period: Period,
): Promise<AnomalyRow[]> {
  if (version < ANOMALIES_SINCE) return [];
  const reader = await connection.runAndReadAll(
    `SELECT ${COLUMNS.join(', ')} FROM anomaly WHERE ${overlapping(period)} ORDER BY onset, id`,
  );
  return reader.getRowObjectsJS().map((row) => ({
    id: String(row.id),
    edge: {
      client: { namespace: String(row.client_namespace), workload: String(row.client_workload) },
      server: { namespace: String(row.server_namespace), workload: String(row.server_workload) },
      port: Number(row.port),
    },
    channel: String(row.channel),
    signal: String(row.signal),
    onset: Number(row.onset),
    opened: Number(row.opened),
    seen: Number(row.seen),
    ended: numberOrNull(row.ended),
    lasting: row.lasting === true,
    was: numberOrNull(row.was),
    is: numberOrNull(row.is),
    unit: String(row.unit),
    bad: numberOrNull(row.bad),
    total: Number(row.total),
    requests: Number(row.requests),
    evidence: Number(row.evidence),
    p: Number(row.p),
    stepMicros: Number(row.step),
  }));
}

function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** Replaces the bytes kept under a name. */
export async function keepIn(connection: DuckDBConnection, name: string, data: Uint8Array): Promise<void> {
  await connection.run('DELETE FROM kept WHERE name = $1', [name]);
  await connection.run(
    'INSERT INTO kept VALUES ($1, $2, $3)',
    [name, micros(Date.now() * 1000), blobValue(data)],
    {
      3: BLOB,
    },
  );
}

export async function keptOf(
  connection: DuckDBConnection,
  version: number,
  name: string,
): Promise<Uint8Array | null> {
  if (version < ANOMALIES_SINCE) return null;
  const reader = await connection.runAndReadAll('SELECT data FROM kept WHERE name = $1', [name]);
  const data = reader.getRowsJS()[0]?.[0];
  return data instanceof Uint8Array ? Uint8Array.from(data) : null;
}
