import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Conversation, Expected } from '../conversation.ts';
import { bad, converse, freePort, good, launch } from './between.ts';

const run = promisify(execFile);
/** Rows are small and have heads of their own, so all of them are kept. */
const KEPT = 20_000;
/** `nobody`: the server refuses to run as root. */
const USER = { uid: 65_534, gid: 65_534 };

export interface PostgresServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A fresh database cluster in a temporary folder. */
export async function postgresServer(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'flt-postgres-'));
  chownSync(folder, USER.uid, USER.gid);
  const root = '/usr/lib/postgresql';
  const bin = join(root, readdirSync(root).sort((a, b) => Number(b) - Number(a))[0]!, 'bin');
  const data = join(folder, 'data');
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'shop', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'],
    USER,
  );
  const port = await freePort();
  const options = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-F'];
  const server = await launch(port, join(bin, 'postgres'), options, USER);
  return {
    port,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The number of an SQLSTATE, worked out here by hand. */
const numberOf = (code: string): number =>
  [...code].reduce((sum, c) => sum * 36 + '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(c), 0);

async function connected(port: number, user = 'shop'): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, database: 'postgres', ssl: false });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Asks, and writes down what came of it. */
async function told(client: pg.Client, operation: string, query: string | pg.QueryConfig): Promise<Expected> {
  try {
    await client.query(query as string);
    return good(operation);
  } catch (error) {
    return bad(operation, numberOf((error as { code: string }).code));
  }
}

type Story = (client: pg.Client) => Promise<readonly Expected[]>;

const simple: Story = async (client) => [
  await told(client, 'CREATE TABLE orders', 'CREATE TABLE orders (id int PRIMARY KEY, name text)'),
  await told(
    client,
    'INSERT orders',
    "INSERT INTO orders SELECT n, 'secret ' || n FROM generate_series(1, 200) n",
  ),
  await told(client, 'SELECT orders', "SELECT * FROM orders WHERE name = 'secret 5'"),
  await told(client, 'SELECT orders', 'SELECT * FROM orders'),
  await told(client, 'SELECT nothing', 'SELECT * FROM nothing'),
  await told(client, 'INSERT orders', 'INSERT INTO orders VALUES (1, $$twice$$)'),
  await told(
    client,
    'BEGIN; UPDATE orders; COMMIT',
    "BEGIN; UPDATE orders SET name = 'x' WHERE id = 1; COMMIT",
  ),
  await told(client, 'SELECT; SELECT nothing', 'SELECT 1; SELECT * FROM nothing; SELECT 2'),
  await told(client, 'SQL', ''),
  await told(client, 'DO', "DO $$ BEGIN RAISE NOTICE 'secret'; END $$"),
  await told(client, 'SELECT', 'SELECT 1 / 0'),
];

const extended: Story = async (client) => {
  const find = { name: 'find', text: 'SELECT * FROM orders WHERE id = $1' };
  return [
    await told(client, 'SELECT orders', {
      text: 'SELECT * FROM orders WHERE name = $1',
      values: ['secret 7'],
    }),
    await told(client, 'SELECT orders', { ...find, values: [5] }),
    await told(client, 'SELECT orders', { ...find, values: [6] }),
    await told(client, 'INSERT orders', { text: 'INSERT INTO orders VALUES ($1, $2)', values: [1, 'x'] }),
    await told(client, 'SELECT nothing', { text: 'SELECT * FROM nothing WHERE id = $1', values: [1] }),
    await told(client, 'SELECT orders', { ...find, values: ['no number'] }),
    await told(client, 'SELECT orders', { ...find, values: [7] }),
    await told(client, 'UPDATE orders', {
      text: 'UPDATE orders SET name = $1 WHERE id = $2',
      values: ['long '.repeat(2000), 3],
    }),
    await told(client, 'SELECT orders', { text: 'SELECT name FROM orders WHERE id = $1', values: [3] }),
  ];
};

/** Many queries handed over at once: the driver sends each when the one before it is answered. */
const queued: Story = async (client) =>
  Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      n % 4 === 3
        ? told(client, 'SELECT', 'SELECT 1 / 0')
        : told(client, 'SELECT orders', { text: 'SELECT * FROM orders WHERE id = $1', values: [n] }),
    ),
  );

const notified: Story = async (client) => {
  const heard = [await told(client, 'LISTEN', 'LISTEN news')];
  const other = new Promise((resolve) => client.once('notification', resolve));
  heard.push(await told(client, 'NOTIFY', "NOTIFY news, 'secret'"));
  await other;
  heard.push(await told(client, 'UNLISTEN', 'UNLISTEN *'));
  return heard;
};

/** Conversations of the driver `pg` with a real server. */
export async function recordPostgres(): Promise<readonly Conversation[]> {
  const server = await postgresServer();
  const said: Conversation[] = [];
  const programs = 'PostgreSQL 15, pg 8';
  const keep = async (
    name: string,
    client: (port: number) => Promise<readonly Expected[]>,
    connections = 1,
  ) => {
    const spoken = {
      name: `postgres-${name}`,
      protocol: 'postgres',
      port: 5432,
      between: programs,
      kept: KEPT,
    } as const;
    said.push(await converse({ ...spoken, target: server.port, client, connections }));
  };
  try {
    for (const [name, story] of Object.entries({ simple, extended, queued, notified }))
      await keep(name, async (port) => {
        const client = await connected(port);
        const heard = await story(client);
        await client.end();
        return heard;
      });
    await keep('refused', async (port) => {
      const code = await connected(port, 'stranger').then(
        () => '',
        (error: { code: string }) => error.code,
      );
      return [bad('CONNECT', numberOf(code))];
    });
    await keep('psql', psql);
    await keep('pgbench', pgbench, 2);
  } finally {
    await server.stop();
  }
  return said;
}

/** Asks for encryption first, which the server refuses; then COPY in both directions. */
async function psql(port: number): Promise<readonly Expected[]> {
  const script = [
    'CREATE TABLE copied (a int, b text);',
    'COPY copied FROM STDIN;',
    ...Array.from({ length: 50 }, (_, n) => `${n}\tsecret ${n}`),
    '\\.',
    'COPY copied TO STDOUT;',
    'SELECT count(*) FROM copied;',
  ].join('\n');
  const environment = { ...process.env, PGSSLMODE: 'prefer', PGGSSENCMODE: 'disable' };
  const child = execFile(
    'psql',
    ['-X', '-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'shop', 'postgres'],
    {
      env: environment,
    },
  );
  child.stdin!.end(script);
  await new Promise((resolve) => child.once('exit', resolve));
  return ['CREATE TABLE copied', 'COPY copied', 'COPY copied', 'SELECT copied'].map((operation) =>
    good(operation),
  );
}

/** libpq with a pipeline: several requests before one Sync. It looks at the server on a connection of its own first. */
async function pgbench(port: number): Promise<readonly Expected[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flt-pgbench-'));
  const file = join(folder, 'script.sql');
  writeFileSync(
    file,
    [
      'SELECT count(*) FROM orders;',
      '\\startpipeline',
      'SELECT name FROM orders WHERE id = 5;',
      "UPDATE orders SET name = 'y' WHERE id = 5;",
      'SELECT 1;',
      '\\endpipeline',
      '',
    ].join('\n'),
  );
  const options = [
    '-n',
    '-M',
    'extended',
    '-t',
    '2',
    '-f',
    file,
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    'shop',
  ];
  await run('/usr/bin/pgbench', [...options, 'postgres'], { env: { ...process.env, PGSSLMODE: 'disable' } });
  rmSync(folder, { recursive: true });
  const once = ['SELECT orders', 'SELECT orders', 'UPDATE orders', 'SELECT'];
  return [...once, ...once].map((operation) => good(operation));
}
