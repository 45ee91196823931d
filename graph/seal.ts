import type { DuckDBConnection } from '@duckdb/node-api';
import { ADDITIVE, merged } from './schema.ts';

/**
 * Merges the second-by-second rows of windows that are over into one row per key: a tenth of the rows to read and to
 * keep. A row that comes even later goes through the tail again; rows add up, so nothing else has to know.
 *
 * @param before seconds since the epoch; windows that start earlier are merged
 */
export async function sealWindows(connection: DuckDBConnection, before: number): Promise<void> {
  const over = `window_start < ${before}`;
  for (const table of ADDITIVE) {
    const tail = `${table.name}_tail`;
    await connection.run(`INSERT INTO ${table.name} ${merged(table, tail, over)}`);
    await connection.run(`DELETE FROM ${tail} WHERE ${over}`);
  }
}
