import type { DuckDBConnection } from '@duckdb/node-api';
import { notAStore, wrongVersion } from './errors.ts';
import { createTables, OLDEST_READ, SCHEMA_VERSION, TABLES } from './schema.ts';
import { FAULTLINE_VERSION } from './version.ts';

export async function isEmpty(connection: DuckDBConnection): Promise<boolean> {
  return (await tableNames(connection)).length === 0;
}

export async function createSchema(connection: DuckDBConnection): Promise<void> {
  for (const statement of createTables()) await connection.run(statement);
  await connection.run(`INSERT INTO meta VALUES ('schema', $1), ('created', $2), ('faultline', $3)`, [
    String(SCHEMA_VERSION),
    new Date().toISOString(),
    FAULTLINE_VERSION,
  ]);
}

/**
 * Version of the schema of a store. Throws FL-302 or FL-303. Only tables count: a foreign file's view of the same name
 * could read anything.
 */
export async function checkSchema(connection: DuckDBConnection, path: string): Promise<number> {
  const names = new Set(await tableNames(connection));
  if (!names.has('meta')) throw notAStore(path, 'it is another DuckDB database');
  const said = await schemaVersion(connection);
  if (said === null) throw notAStore(path, 'it does not say which schema it has');
  const version = Number(said);
  if (!(version >= OLDEST_READ && version <= SCHEMA_VERSION)) throw wrongVersion(path, said, SCHEMA_VERSION);
  const found = new Set(await columnNames(connection));
  const wanted = tablesOf(version).flatMap(({ name, columns }) =>
    columns.map(([column, type]) => `${name}.${column} ${type}`),
  );
  const missing = wanted.filter((column) => !found.has(column));
  if (missing.length > 0) throw notAStore(path, `it lacks ${missing.slice(0, 3).join(', ')}`);
  return version;
}

function tablesOf(version: number): typeof TABLES {
  return TABLES.filter(({ since = 0 }) => since <= version);
}

async function tableNames(connection: DuckDBConnection): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()`,
  );
  return reader.getRowsJS().map(([name]) => String(name));
}

async function columnNames(connection: DuckDBConnection): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    `SELECT concat(table_name, '.', column_name, ' ', data_type)
     FROM duckdb_tables() JOIN duckdb_columns() USING (database_name, table_name)
     WHERE database_name = current_database()`,
  );
  return reader.getRowsJS().map(([name]) => String(name));
}

async function schemaVersion(connection: DuckDBConnection): Promise<string | null> {
  try {
    const reader = await connection.runAndReadAll(`SELECT value FROM meta WHERE key = 'schema'`);
    const value = reader.getRowsJS()[0]?.[0];
    return typeof value === 'string' ? value : null;
  } catch {
    return null; // somebody else's table `meta`
  }
}

/** Reads every column of every table: the checksum of each block is verified on the way. */
export async function readEverything(connection: DuckDBConnection, version: number): Promise<void> {
  for (const { name } of tablesOf(version)) await connection.run(`SELECT max(hash(COLUMNS(*))) FROM ${name}`);
}
