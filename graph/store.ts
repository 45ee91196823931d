import type { DuckDBConnection } from '@duckdb/node-api';
import type { Change, Endpoint } from '../enrich/index.ts';
import { keepIn, keptOf, putAnomalies } from './anomalies.ts';
import { appendCoverage, appendFacts, type Batch, insertChanges, windowSeconds } from './batch.ts';
import { copyInto } from './copy.ts';
import { type Database, openDatabase } from './database.ts';
import { type Dimension, loadDimension } from './dimension.ts';
import { appendGauges } from './gauge.ts';
import { migrate } from './migrate.ts';
import { createReader } from './reader.ts';
import { checkSchema, createSchema, isEmpty, readEverything } from './schema-check.ts';
import { sealWindows } from './seal.ts';
import {
  type AnomalyRow,
  type CoverageRow,
  type EdgeReader,
  type EndpointRow,
  type Period,
  WINDOW_MICROS,
} from './types.ts';

/** Windows left unmerged behind the newest one: what comes late from the other end of a connection still joins them. */
const OPEN_WINDOWS = 1;

/** The edge table: what later rooms ask, and what this room writes. */
export interface EdgeStore extends EdgeReader {
  readonly path: string;
  /** The canonical row of an endpoint; equal endpoints give the same object. */
  intern(endpoint: Endpoint): EndpointRow;
  /** Writes everything in one transaction, or nothing. Throws FL-305 when the disk is full, FL-308 else. */
  append(batch: Batch): Promise<void>;
  addChanges(changes: readonly Change[]): Promise<void>;
  addCoverage(rows: readonly CoverageRow[]): Promise<void>;
  /** Writes anomalies; one with a known id replaces what was known of it. The oldest go when there are too many. */
  putAnomalies(rows: readonly AnomalyRow[]): Promise<void>;
  /** Bytes a later room wants to find again after a restart, by name; `kept` gives `null` where there are none. */
  keep(name: string, data: Uint8Array): Promise<void>;
  kept(name: string): Promise<Uint8Array | null>;
  /** Writes a period, one row per window and leaf, into a new DuckDB file: see `writeCapture`. */
  copyTo(file: string, period: Period): Promise<void>;
  /** Waits for what is under way and gives the file free. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly readOnly?: boolean;
  /** For a file from elsewhere: all of it is read at once, so that a damaged one fails here, and it may reach no other file. */
  readonly foreign?: boolean;
}

/**
 * Opens a store, or makes one where nothing is yet. Throws `FaultlineError`: FL-301 no such file or directory, FL-302 not a
 * store or damaged, FL-303 another schema version, FL-304 in use, FL-305 disk full, FL-306 no permission.
 */
export async function openStore(
  path: string | ':memory:',
  { readOnly = false, foreign = false }: OpenOptions = {},
): Promise<EdgeStore> {
  const database = await openDatabase(path, readOnly, !foreign);
  try {
    if (!readOnly && (await database.read(isEmpty))) await database.write(createSchema);
    if (!readOnly) await database.write(migrate);
    const version = await database.read((connection) => checkSchema(connection, path));
    if (foreign) await database.read((connection) => readEverything(connection, version));
    const dimension = await database.read((connection) => loadDimension(connection, path));
    return createStore(path, database, dimension, version);
  } catch (cause) {
    await database.close();
    throw cause;
  }
}

function createStore(path: string, database: Database, dimension: Dimension, version: number): EdgeStore {
  let newest = 0;

  const sealBehind = async (
    connection: DuckDBConnection,
    { rows, coverage = [], gauges = [] }: Batch,
  ): Promise<number> => {
    const latest = [...rows, ...coverage, ...gauges].reduce(
      (latest, { window }) => Math.max(latest, window),
      newest,
    );
    if (latest > newest) await sealWindows(connection, windowSeconds(latest - OPEN_WINDOWS * WINDOW_MICROS));
    return latest;
  };

  const append = async (batch: Batch): Promise<void> => {
    for (const { client, server } of batch.rows) {
      dimension.intern(client);
      dimension.intern(server);
    }
    for (const { owner } of batch.gauges ?? []) dimension.intern(owner);
    const write = async (connection: DuckDBConnection) => {
      const endpoints = await dimension.save(connection);
      await appendFacts(connection, dimension, batch.rows);
      await appendCoverage(connection, batch.coverage ?? []);
      await insertChanges(connection, batch.changes ?? []);
      await appendGauges(connection, dimension, batch.gauges ?? []);
      return { endpoints, newest: await sealBehind(connection, batch) };
    };
    await database.write(write, (done) => {
      done.endpoints.written();
      newest = done.newest;
    });
  };

  return {
    ...createReader(database, dimension, version),
    path,
    intern: (endpoint) => dimension.intern(endpoint),
    append,
    addChanges: (changes) => append({ rows: [], changes }),
    addCoverage: (coverage) => append({ rows: [], coverage }),
    putAnomalies: (rows) => database.write((connection) => putAnomalies(connection, rows)),
    keep: (name, data) => database.write((connection) => keepIn(connection, name, data)),
    kept: (name) => database.read((connection) => keptOf(connection, version, name)),
    copyTo: (file, period) => database.alone((connection) => copyInto(connection, file, period, version)),
    close: () => database.close(),
  };
}
