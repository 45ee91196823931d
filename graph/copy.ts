import type { DuckDBConnection } from '@duckdb/node-api';
import { inPeriod } from './aggregate.ts';
import { ANOMALIES_SINCE, overlapping } from './anomalies.ts';
import { ADDITIVE, all, createTables, merged, SCHEMA_VERSION } from './schema.ts';
import type { Period } from './types.ts';

/** Sixteen times smaller than DuckDB's own: ten minutes of sixty leaves are then half a megabyte, not two. */
const BLOCK_SIZE = 16_384;

/** Copies a period into a new database file, on a connection that has no transaction open. */
export async function copyInto(
  connection: DuckDBConnection,
  file: string,
  period: Period,
  version: number,
): Promise<void> {
  await connection.run(
    `ATTACH '${file.replaceAll("'", "''")}' AS capture (READ_WRITE, BLOCK_SIZE ${BLOCK_SIZE})`,
  );
  try {
    await connection.run('BEGIN TRANSACTION');
    for (const statement of copyStatements(period, version)) await connection.run(statement);
    await connection.run('COMMIT');
    await connection.run('CHECKPOINT capture');
  } catch (cause) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw cause;
  } finally {
    await connection.run('DETACH capture');
  }
}

function copyStatements(period: Period, version: number): string[] {
  const inside = inPeriod(period);
  return [
    ...createTables('capture.'),
    `INSERT INTO capture.meta SELECT key, CASE key WHEN 'schema' THEN '${SCHEMA_VERSION}' ELSE value END FROM meta`,
    ...ADDITIVE.filter(({ since = 0 }) => since <= version).map(
      (table) => `INSERT INTO capture.${table.name} ${merged(table, all(table), inside)}`,
    ),
    // A workload's id is the smallest id among its endpoints, and that endpoint may have stayed behind.
    `INSERT INTO capture.endpoint
       SELECT * REPLACE (min(id) OVER (PARTITION BY key_namespace, key_workload) AS workload_id) FROM endpoint
       WHERE id IN (SELECT client FROM capture.fact UNION SELECT server FROM capture.fact UNION SELECT owner FROM capture.gauge) ORDER BY id`,
    `INSERT INTO capture.change SELECT * FROM change WHERE "at" >= ${Math.trunc(period.from)}
       AND "at" < ${Math.trunc(period.to)} ORDER BY "at"`,
    ...(version < ANOMALIES_SINCE
      ? []
      : [`INSERT INTO capture.anomaly SELECT * FROM anomaly WHERE ${overlapping(period)} ORDER BY onset`]),
  ];
}
