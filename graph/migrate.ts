import type { DuckDBConnection } from '@duckdb/node-api';
import { createTablesOf, edgeRowsView } from './schema.ts';

/** What turns a store of one schema version into the next one. */
const STEPS: Readonly<Record<string, { readonly to: string; readonly statements: readonly string[] }>> = {
  '1': {
    to: '2',
    statements: [
      ...['fact', 'fact_tail'].flatMap((table) =>
        ['untimed', 'zero_windows', 'drops'].map(
          (column) => `ALTER TABLE ${table} ADD COLUMN ${column} UINTEGER DEFAULT 0`,
        ),
      ),
      ...['coverage', 'coverage_tail'].map(
        (table) => `ALTER TABLE ${table} ADD COLUMN level UTINYINT DEFAULT 0`,
      ),
      'DROP VIEW IF EXISTS edge_rows',
      edgeRowsView(),
    ],
  },
  '2': { to: '3', statements: createTablesOf(3) },
  '3': { to: '4', statements: createTablesOf(4) },
};

/** Brings an older store up to date, step by step, in the transaction of `connection`; a version it does not know is left. */
export async function migrate(connection: DuckDBConnection): Promise<void> {
  for (;;) {
    const step = STEPS[await versionOf(connection)];
    if (step === undefined) return;
    for (const statement of step.statements) await connection.run(statement);
    await connection.run(`UPDATE meta SET value = $1 WHERE key = 'schema'`, [step.to]);
  }
}

/** `''` where nothing says it: `checkSchema` tells people what is wrong then. */
async function versionOf(connection: DuckDBConnection): Promise<string> {
  try {
    const reader = await connection.runAndReadAll(`SELECT value FROM meta WHERE key = 'schema'`);
    return String(reader.getRowsJS()[0]?.[0] ?? '');
  } catch {
    return '';
  }
}
