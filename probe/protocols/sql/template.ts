import { readStatement } from './statement.ts';
import { type SqlDialect, Tokens } from './tokens.ts';

/** Text that is read: as much as the kernel captures of one call. */
const MOST_TEXT = 2048;
/** Statements of one text that make its template. */
const MOST_STATEMENTS = 3;
/** Statements that are looked at: a text of a hundred INSERTs has one template. */
const MOST_READ = 64;
const MOST_TEMPLATE = 160;

/** Where not even the verb is known. */
export const UNKNOWN = 'SQL';

/**
 * What SQL text does: its verb and its main tables, `SELECT orders, users`, `INSERT cart`, `CREATE TABLE tenant_{id}`; several
 * statements behind one another with `; ` between them. Never a literal, a comment, an alias or a column.
 *
 * @param cut the text went on behind these bytes
 * @returns at most 160 characters; `SQL` for what is no SQL
 */
export function sqlTemplate(bytes: Uint8Array, dialect: SqlDialect, cut = false): string {
  const text = bytes.subarray(0, MOST_TEXT);
  const tokens = new Tokens(text, dialect, cut || bytes.length > MOST_TEXT);
  const templates = new Set<string>();
  for (let read = 0; read < MOST_READ; read++) {
    const { verb, tables, more } = readStatement(tokens);
    if (verb === '?') templates.add(UNKNOWN);
    else if (verb !== '') templates.add(tables.length === 0 ? verb : `${verb} ${tables.join(', ')}`);
    if (!more || templates.size > MOST_STATEMENTS) break;
  }
  if (templates.size === 0) return UNKNOWN;
  return [...templates].slice(0, MOST_STATEMENTS).join('; ').slice(0, MOST_TEMPLATE);
}
