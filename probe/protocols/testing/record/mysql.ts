import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Conversation, Expected } from '../conversation.ts';
import { bad, converse, freePort, good, launch } from './between.ts';

const run = promisify(execFile);
const NOBODY = 65_534;
/** Rows are small and have heads of their own, so all of them are kept. */
const KEPT = 20_000;

export interface MariadbServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A fresh data folder with a user `shop` without a password. */
export async function mariadbServer(): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'flt-mariadb-'));
  chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--user=nobody',
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const init = join(folder, 'init.sql');
  writeFileSync(init, "CREATE DATABASE shop;\nCREATE USER shop@'%';\nGRANT ALL ON *.* TO shop@'%';\n");
  const port = await freePort();
  const server = await launch(port, 'mariadbd', [
    '--no-defaults',
    `--datadir=${data}`,
    '--user=nobody',
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${folder}/sock`,
    `--pid-file=${folder}/pid`,
    `--init-file=${init}`,
    '--skip-name-resolve',
    '--local-infile=1',
    '--innodb-fast-shutdown=2',
  ]);
  return {
    port,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes down what came of it. */
async function told(operation: string, asked: Promise<unknown>): Promise<Expected> {
  try {
    await asked;
    return good(operation);
  } catch (error) {
    return bad(operation, (error as { errno: number }).errno);
  }
}

type Story = (client: Connection) => Promise<readonly Expected[]>;

const texts: Story = async (client) => [
  await told('CREATE TABLE orders', client.query('CREATE TABLE orders (id int PRIMARY KEY, name text)')),
  await told(
    'INSERT orders',
    client.query("INSERT INTO orders SELECT seq, CONCAT('secret ', seq) FROM seq_1_to_150"),
  ),
  await told('SELECT orders', client.query("SELECT * FROM `orders` WHERE name = 'secret 5'")),
  await told('SELECT orders', client.query('SELECT * FROM orders')),
  await told('SELECT orders', client.query('SELECT * FROM orders WHERE id < 0')),
  await told('SELECT nothing', client.query('SELECT * FROM nothing')),
  await told('INSERT orders', client.query('INSERT INTO orders VALUES (1, "twice")')),
  await told('SELECT; UPDATE orders', client.query("SELECT 1; UPDATE orders SET name = 'x'; SELECT 2")),
  await told('SELECT; SELECT nothing', client.query('SELECT 1; SELECT * FROM nothing')),
  await told('CREATE PROCEDURE', client.query('CREATE PROCEDURE twice() BEGIN SELECT 1; SELECT 2; END')),
  await told('CALL twice', client.query('CALL twice()')),
  await told('PING', client.ping()),
  await told(
    'INIT_DB',
    client.changeUser({ database: 'shop' }).then(() => client.query('SELECT 1')),
  ),
];

/** `changeUser` of the story above is two requests. */
const textsTold: Story = async (client) =>
  (await texts(client)).flatMap((one) =>
    one.operation === 'INIT_DB' ? [good('CHANGE_USER'), good('SELECT')] : [one],
  );

const prepared: Story = async (client) => {
  const find = 'SELECT * FROM orders WHERE id = ?';
  const write = 'UPDATE orders SET name = ? WHERE id = ?';
  const heard = [
    good('PREPARE SELECT orders'),
    await told('SELECT orders', client.execute(find, [5])),
    await told('SELECT orders', client.execute(find, [6])),
    good('PREPARE UPDATE orders'),
    await told('UPDATE orders', client.execute(write, ['long '.repeat(2000), 7])),
    await told('SELECT orders', client.execute(find, [7])),
    good('PREPARE INSERT orders'),
    await told('INSERT orders', client.execute('INSERT INTO orders VALUES (?, ?)', [7, 'twice'])),
    await told('PREPARE SELECT nothing', client.execute('SELECT * FROM nothing WHERE id = ?', [7])),
    good('PREPARE SELECT'),
    await told('SELECT', client.execute('SELECT 1')),
  ];
  client.unprepare(find);
  return [...heard, await told('SELECT orders', client.query('SELECT count(*) FROM orders'))];
};

const file: Story = async (client) => {
  const rows = Array.from({ length: 400 }, (_, n) => Buffer.from(`${n + 1000}\tsecret ${n}\n`));
  const load = client.query({
    sql: "LOAD DATA LOCAL INFILE 'secret.tsv' INTO TABLE orders",
    infileStreamFactory: () => Readable.from(rows),
  });
  return [
    await told('LOAD orders', load),
    await told('SELECT orders', client.query('SELECT count(*) FROM orders')),
  ];
};

/** Conversations of the driver `mysql2`, and of the client of MariaDB, with a real server. */
export async function recordMysql(): Promise<readonly Conversation[]> {
  const server = await mariadbServer();
  const said: Conversation[] = [];
  const keep = async (
    name: string,
    client: (port: number) => Promise<readonly Expected[]>,
    who = 'mysql2 3',
  ) => {
    const between = `MariaDB 10.11, ${who}`;
    const spoken = { name: `mysql-${name}`, protocol: 'mysql', port: 3306, between, kept: KEPT } as const;
    said.push(await converse({ ...spoken, target: server.port, client }));
  };
  try {
    for (const [name, story] of Object.entries({ texts: textsTold, prepared, file }))
      await keep(name, async (port) => {
        const where = { host: '127.0.0.1', port, user: 'shop', database: 'shop' };
        const client = await createConnection({ ...where, multipleStatements: true });
        const heard = await story(client);
        await client.end();
        return heard;
      });
    await keep('refused', async (port) => [
      await told(
        'CONNECT',
        createConnection({ host: '127.0.0.1', port, user: 'stranger', password: 'secret' }),
      ),
    ]);
    await keep('mariadb', shell, 'mariadb 15');
  } finally {
    await server.stop();
  }
  return said;
}

/** The client of MariaDB, which agrees with its server on more than others do. */
async function shell(port: number): Promise<readonly Expected[]> {
  const script =
    'SELECT * FROM orders LIMIT 20; INSERT INTO orders VALUES (-1, "x"); SELECT 1; SELECT * FROM orders WHERE id = 0';
  const where = [
    '--no-defaults',
    '--protocol=tcp',
    '-h',
    '127.0.0.1',
    '-P',
    String(port),
    '-u',
    'shop',
    'shop',
  ];
  await run('mariadb', [...where, '--batch', '-e', script]);
  return ['SELECT orders', 'INSERT orders', 'SELECT', 'SELECT orders'].map((operation) => good(operation));
}
