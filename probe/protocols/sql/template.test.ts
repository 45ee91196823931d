import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sqlTemplate } from './template.ts';
import type { SqlDialect } from './tokens.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const template = (text: string, dialect: SqlDialect = 'postgres', cut = false) =>
  sqlTemplate(bytes(text), dialect, cut);

describe('templates', () => {
  test.each([
    ['SELECT * FROM orders WHERE id = 5', 'SELECT orders'],
    ['select o.id from "Orders" o', 'SELECT Orders'],
    ['SELECT 1', 'SELECT'],
    ['SELECT * FROM shop.orders AS o, users u WHERE u.id = o.id', 'SELECT shop.orders, users'],
    ['SELECT a FROM t1 x JOIN t2 y ON x.i = y.i LEFT JOIN t3 USING (i), t4', 'SELECT t1, t2, t3'],
    ['SELECT * FROM (SELECT * FROM inner_table) AS x', 'SELECT inner_table'],
    ['SELECT * FROM a WHERE id IN (SELECT id FROM b)', 'SELECT a'],
    ['(SELECT a FROM b) UNION (SELECT c FROM d)', 'SELECT b, d'],
    ['WITH big AS (SELECT * FROM orders), x (i) AS (SELECT 1) SELECT * FROM big, x', 'SELECT orders'],
    ['WITH RECURSIVE t AS (SELECT 1) INSERT INTO log SELECT * FROM t', 'INSERT log'],
    ['WITH gone AS (DELETE FROM jobs RETURNING *) SELECT * FROM gone', 'SELECT jobs'],
    ['SELECT extract(year FROM created) FROM orders', 'SELECT orders'],
    ['SELECT a IS DISTINCT FROM b FROM t', 'SELECT t'],
    ['SELECT * FROM orders FOR UPDATE', 'SELECT orders'],
    ['SELECT * FROM ONLY parent', 'SELECT parent'],
    ['SELECT * FROM generate_series(1, 5) AS s', 'SELECT generate_series'],
    ["INSERT INTO cart (a, b) VALUES (1, 'x') ON CONFLICT DO UPDATE SET a = 1", 'INSERT cart'],
    ['INSERT INTO a SELECT * FROM b', 'INSERT a'],
    ['UPDATE stock SET n = n - 1 FROM other WHERE id = 5', 'UPDATE stock'],
    ['DELETE FROM sessions WHERE id = 1', 'DELETE sessions'],
    ['MERGE INTO a USING b ON a.i = b.i WHEN MATCHED THEN DELETE', 'MERGE a'],
    ['COPY orders (a, b) FROM STDIN', 'COPY orders'],
    ['COPY (SELECT * FROM x) TO STDOUT', 'COPY x'],
    ['TRUNCATE TABLE events_2024_01', 'TRUNCATE events_{id}'],
    ['CREATE TEMP TABLE IF NOT EXISTS tenant_123.orders (id int)', 'CREATE TABLE tenant_{id}.orders'],
    ['CREATE UNIQUE INDEX i ON t (a)', 'CREATE INDEX'],
    ["CREATE USER bob PASSWORD 'secret'", 'CREATE USER'],
    ['DROP TABLE a, b', 'DROP TABLE a'],
    ['CALL settle(5)', 'CALL settle'],
    ['BEGIN', 'BEGIN'],
    ['begin; update t set a=1; commit', 'BEGIN; UPDATE t; COMMIT'],
    ['INSERT INTO t VALUES (1);INSERT INTO t VALUES (2);', 'INSERT t'],
    ["SET application_name = 'secret'", 'SET'],
    ['LISTEN channel_5', 'LISTEN'],
    ['/* a */ -- b\n SELECT /* FROM x */ * FROM y', 'SELECT y'],
    ['', 'SQL'],
    ['?!', 'SQL'],
    ['frobnicate FROM secrets', 'SQL'],
    ['SELECT * FROM $1', 'SELECT'],
    ['SELECT $$a FROM b$$ FROM c', 'SELECT c'],
    ['SELECT $x$ $$ FROM b $x$ FROM c', 'SELECT c'],
    ['SELECT /* /* */ FROM b */ 1 FROM c', 'SELECT c'],
    ["SELECT E'a\\' FROM b' FROM c", 'SELECT c'],
    ["SELECT 'a\\' FROM b ' FROM c", 'SELECT'],
    ["SELECT 'a\\\\' FROM b", 'SELECT b'],
    ["SELECT 'it''s FROM b' FROM c", 'SELECT c'],
    ["SELECT U&'d\\0061t' FROM c", 'SELECT c'],
    ['SELECT * FROM "unterminated', 'SELECT'],
    ['SELECT * FROM "we""ird 5"', 'SELECT we__ird_{id}'],
    ['TABLE orders', 'TABLE orders'],
  ])('PostgreSQL: %s', (text, expected) => {
    expect(template(text)).toBe(expected);
  });

  test.each([
    ['SELECT * FROM `shop`.`orders` LIMIT 5', 'SELECT shop.orders'],
    ['SELECT "a FROM b" FROM c # FROM d', 'SELECT c'],
    ["SELECT 'it\\'s FROM b' FROM c", 'SELECT'],
    ['SELECT 5--3 FROM c', 'SELECT c'],
    ['SELECT 5-- 3 FROM b\nFROM c', 'SELECT c'],
    ["SELECT 5--'\nFROM b' FROM c", 'SELECT c'],
    ['SELECT /*!40001 SQL_NO_CACHE */ * FROM `c`', 'SELECT c'],
    ["SELECT /*! '*/ FROM b' */ FROM c", 'SELECT'],
    ["SELECT _utf8'FROM b', N'x', x'ff' FROM c", 'SELECT c'],
    ['INSERT IGNORE INTO `a` VALUES (1)', 'INSERT a'],
    ['REPLACE LOW_PRIORITY a VALUES (1)', 'REPLACE a'],
    ['INSERT INTO a SET b = 1 ON DUPLICATE KEY UPDATE b = 2', 'INSERT a'],
    ["LOAD DATA LOCAL INFILE '/secret' INTO TABLE t", 'LOAD t'],
    ['SELECT a INTO @x FROM t', 'SELECT t'],
    ['SHOW TABLES FROM secret', 'SHOW'],
    ['CREATE PROCEDURE p() BEGIN SELECT 1; DELETE FROM t; END', 'CREATE PROCEDURE'],
    ['DELETE a FROM a JOIN b ON a.i = b.i', 'DELETE a'],
  ])('MySQL: %s', (text, expected) => {
    expect(template(text, 'mysql')).toBe(expected);
  });

  test.each([
    ['tenant_123', 'tenant_{id}'],
    ['orders2', 'orders2'],
    ['s3_objects', 's3_objects'],
    ['p20240101', 'p{id}'],
    ['log_9f86d081884c', 'log_{id}'],
    ['t_550e8400_e29b_41d4_a716_446655440000', 't_{id}'],
    ['k_a1b2c3d4e5', 'k_{id}'],
    ['bestellungen_größe', 'bestellungen_größe'],
  ])('table %s is %s', (table, folded) => {
    expect(template(`SELECT * FROM ${table}`)).toBe(`SELECT ${folded}`);
  });

  test('half a name is none', () => {
    expect(template('SELECT * FROM ord', 'postgres', true)).toBe('SELECT');
    expect(template('SELECT * FROM orders ', 'postgres', true)).toBe('SELECT orders');
  });
});

/** No identifier of the statements below has these letters in a row. */
const MARK = 'zqx';
const inner = fc
  .array(
    fc.constantFrom(
      ` FROM ${MARK}`,
      `${MARK} `,
      ' ',
      '/*',
      '*/',
      '--',
      '#',
      ';',
      '(',
      ')',
      ',',
      '"',
      '$',
      '\n',
      '.',
    ),
  )
  .map((parts) => parts.join(''));

/** Every way to write a literal or a comment, with the mark inside. */
const literal = (dialect: SqlDialect) =>
  fc.oneof(
    inner.map((text) => `'${text}'`),
    inner.map((text) => `'${text}''${text}'`),
    inner.map((text) => `N'${text}'`),
    fc.nat().map((n) => `x'${MARK}${n}'`),
    fc.nat().map((n) => `0x${n}`),
    inner.map((text) => `/*${text.replaceAll('/*', '').replaceAll('*/', '')}*/ 1`),
    inner.map((text) => `-- ${text.replaceAll('\n', '')}\n1`),
    ...(dialect === 'postgres'
      ? [
          inner.map((text) => `E'${text}\\'${text}\\\\'`),
          inner.map((text) => `U&'${text}\\0061'`),
          inner.map((text) => `$a$${text.replaceAll('$', '')}$$ $a$`),
          inner.map((text) => `$$${text.replaceAll('$', '')}$$`),
        ]
      : [
          inner.map((text) => `"${text.replaceAll('"', '')}"`),
          inner.map((text) => `_utf8'${text}'`),
          inner.map((text) => `# ${text.replaceAll('\n', '')}\n1`),
        ]),
  );

/** Those that leave the reader unsure, or never end: only at the end of a text is it known what follows them. */
const open = fc.oneof(
  inner.map((text) => `'${text}`),
  inner.map((text) => `'${text}\\' ${MARK}`),
  inner.map((text) => `/*${text.replaceAll('/*', '').replaceAll('*/', '')}`),
);

describe.each<[SqlDialect]>([['postgres'], ['mysql']])('%s', (dialect) => {
  const statement = fc
    .tuple(literal(dialect), literal(dialect), literal(dialect), open)
    .chain(([a, b, c, d]) =>
      fc.constantFrom(
        `SELECT ${a}, ${b} FROM orders o WHERE x = ${c}`,
        `SELECT ${a} FROM orders, (SELECT ${b} FROM users) q WHERE y IN (${c}, ${d}`,
        `INSERT INTO cart VALUES (${a}, ${b}), (${c}, ${d}`,
        `UPDATE stock SET a = ${a} WHERE b = ${b}; SELECT ${c}; SELECT ${d}`,
        `WITH w AS (SELECT ${a}) SELECT ${b} FROM w JOIN t ON ${c} = ${d}`,
        `SET ${a}; DELETE FROM jobs WHERE x LIKE ${b} AND ${c} < ${d}`,
        `CALL settle(${a}, ${b}, ${c}, ${d}`,
      ),
    );

  test('no literal and no comment is ever told', () => {
    fc.assert(
      fc.property(statement, fc.nat(400), (text, end) => {
        for (const cut of [text, text.slice(0, end)])
          expect(sqlTemplate(bytes(cut), dialect, cut !== text)).not.toContain(MARK);
      }),
      { numRuns: 5000 },
    );
  });

  test('any bytes give a short template', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc
        .array(
          fc.constantFrom(
            'SELECT ',
            'FROM ',
            'WITH ',
            '(',
            ')',
            ',',
            ';',
            'x ',
            "'",
            '"',
            '$$',
            '.',
            'JOIN ',
          ),
        )
        .map((parts) => bytes(parts.join(''))),
    );
    fc.assert(
      fc.property(noise, fc.boolean(), (text, cut) => {
        const made = sqlTemplate(text, dialect, cut);
        expect(made.length).toBeGreaterThan(0);
        expect(made.length).toBeLessThanOrEqual(160);
      }),
      { numRuns: 2000 },
    );
  });
});
