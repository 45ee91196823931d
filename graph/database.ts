import { stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { locked, storeError } from './errors.ts';

/** Enough for an hour of ten thousand leaves; beyond it DuckDB spills beside the store. */
const MEMORY_LIMIT = '512MB';
/** The store shares its machine with the probe. */
const THREADS = '2';
/** The write-ahead log is folded into the file at this size, so that opening after a crash replays little. */
const CHECKPOINT_BYTES = 4 * 2 ** 20;
/**
 * Room a checkpoint may need. DuckDB gives the database up when one fails, after a commit that counts; one that is put
 * off only makes the log longer, and a commit that finds no room is undone cleanly.
 */
const CHECKPOINT_ROOM = 4 * CHECKPOINT_BYTES;
/** Connections kept open between reads. */
const IDLE_CONNECTIONS = 4;

/** Files this process has open. File locks do not hold within one process, so two writers must be kept apart here. */
const open = new Map<string, { readonly readOnly: boolean; count: number }>();

/** DuckDB on one file: reads each see one snapshot and run side by side, writes are transactions one after the other. */
export interface Database {
  read<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /** `committed` runs before the next write begins. */
  write<T>(work: (connection: DuckDBConnection) => Promise<T>, committed?: (result: T) => void): Promise<T>;
  /** The writing connection outside a transaction, for statements that need that (attach, checkpoint). */
  alone<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `trusted`: a file of our own. One from elsewhere must not make DuckDB reach for other files. */
export async function openDatabase(path: string, readOnly: boolean, trusted = true): Promise<Database> {
  const release = claim(path, readOnly);
  try {
    const instance = await DuckDBInstance.create(path, settings(path, readOnly, trusted));
    const writer = await instance.connect();
    return onInstance(path, instance, writer, release);
  } catch (cause) {
    release();
    throw storeError(path, cause);
  }
}

function settings(path: string, readOnly: boolean, trusted: boolean): Record<string, string> {
  return {
    threads: THREADS,
    memory_limit: MEMORY_LIMIT,
    checkpoint_threshold: '1TB', // never by itself: see CHECKPOINT_ROOM
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(readOnly ? { access_mode: 'READ_ONLY' } : {}),
    ...(trusted ? {} : { enable_external_access: 'false' }),
    ...(path === ':memory:' ? { temp_directory: join(tmpdir(), `faultline-${process.pid}`) } : {}),
  };
}

function onInstance(
  path: string,
  instance: DuckDBInstance,
  writer: DuckDBConnection,
  release: () => void,
): Database {
  const idle: DuckDBConnection[] = [];
  const reads = new Set<Promise<unknown>>();
  let writes: Promise<unknown> = Promise.resolve();

  const inSnapshot = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    const connection = idle.pop() ?? (await instance.connect());
    try {
      await connection.run('BEGIN TRANSACTION');
      const result = await work(connection);
      await connection.run('COMMIT');
      if (idle.length < IDLE_CONNECTIONS) idle.push(connection);
      else connection.closeSync();
      return result;
    } catch (cause) {
      connection.closeSync();
      throw storeError(path, cause);
    }
  };
  const alone = <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    const result = writes.then(() => work(writer)).catch((cause) => Promise.reject(storeError(path, cause)));
    writes = result.then(() => foldLog(path, writer)).catch(() => undefined);
    return result;
  };

  return {
    alone,
    read(work) {
      const result = inSnapshot(work);
      const settled = result.catch(() => undefined).finally(() => reads.delete(settled));
      reads.add(settled);
      return result;
    },
    write: (work, committed) =>
      alone(async (connection) => {
        const result = await inTransaction(connection, work);
        committed?.(result);
        return result;
      }),
    async close() {
      await Promise.all([writes, ...reads]);
      for (const connection of [...idle, writer]) connection.closeSync();
      instance.closeSync();
      release();
    },
  };
}

/** Not while somebody reads: DuckDB refuses it then, and the next write tries again. */
async function foldLog(path: string, connection: DuckDBConnection): Promise<void> {
  const log = await stat(`${path}.wal`).catch(() => null);
  if (log === null || log.size < CHECKPOINT_BYTES) return;
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize > log.size + CHECKPOINT_ROOM) await connection.run('CHECKPOINT');
}

async function inTransaction<T>(
  connection: DuckDBConnection,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  await connection.run('BEGIN TRANSACTION');
  try {
    const result = await work(connection);
    await connection.run('COMMIT');
    return result;
  } catch (cause) {
    // A transaction that failed to commit is over already; the first error is the one that counts.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw cause;
  }
}

function claim(path: string, readOnly: boolean): () => void {
  if (path === ':memory:') return () => undefined;
  const file = resolve(path);
  const held = open.get(file);
  if (held !== undefined && !(held.readOnly && readOnly)) throw locked(path, 'this process');
  const entry = held ?? { readOnly, count: 0 };
  entry.count++;
  open.set(file, entry);
  return () => {
    entry.count--;
    if (entry.count === 0) open.delete(file);
  };
}
