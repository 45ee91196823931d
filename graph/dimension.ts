import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { type Endpoint, type Resolution, TAGS, type Tags } from '../enrich/index.ts';
import { notAStore } from './errors.ts';
import type { EdgeKey, EndpointRow, NodeKey } from './types.ts';
import { keyText, workloadOf } from './workload.ts';

/**
 * Endpoints one store tells apart; beyond it new ones lose what makes them many (pod, container, process, address),
 * and are counted. About 100 MB of memory when full.
 */
export const ENDPOINT_LIMIT = 200_000;
/** Room for such folded endpoints; when that is full too, the rest is one endpoint. */
const FOLDED_LIMIT = 20_000;

const OTHER: Endpoint = { resolution: 'unresolved', tags: { address: 'other' }, candidates: [] };

interface Known {
  readonly row: EndpointRow;
  /** The smallest id among the endpoints of its workload: the integer that stands for the workload in SQL. */
  readonly workloadId: number;
  readonly workload: NodeKey;
}

/** The endpoint dimension in memory. Rows are only ever added, so it never differs from the table it was read from. */
export interface Dimension {
  /** The row of an endpoint, a new one if it was never met: by identity first, else by content. */
  intern(endpoint: Endpoint): EndpointRow;
  row(id: number): EndpointRow;
  workload(workloadId: number): NodeKey;
  /** The workload of an endpoint, by the endpoint's id. */
  workloadOf(id: number): NodeKey;
  workloadId(key: NodeKey): number | undefined;
  /** Writes the rows not yet in the table; `written` is called once the transaction is through. */
  save(connection: DuckDBConnection): Promise<{ written(): void }>;
  /** Endpoints that were folded because the dimension is full. */
  readonly folded: number;
}

export async function loadDimension(
  connection: DuckDBConnection,
  path: string,
  limit = ENDPOINT_LIMIT,
): Promise<Dimension> {
  const byIdentity = new WeakMap<Endpoint, EndpointRow>();
  const byContent = new Map<string, EndpointRow>();
  const known: Known[] = [];
  const idOfRow = new Map<number, Known>();
  const workloadIds = new Map<string, number>();
  let saved = 0;
  let folded = 0;

  const learn = (row: EndpointRow, content: string): Known => {
    const workload = workloadOf(row);
    const key = keyText(workload);
    const workloadId = workloadIds.get(key) ?? row.id;
    workloadIds.set(key, workloadId);
    const entry = { row, workloadId, workload };
    known.push(entry);
    idOfRow.set(row.id, entry);
    byContent.set(content, row);
    byIdentity.set(row, row);
    return entry;
  };

  for (const { row, workloadId } of await readRows(connection)) {
    // Queries group by the column and name the groups from memory, so the two must agree in a foreign file too.
    if (learn(row, contentOf(row)).workloadId !== workloadId) {
      throw notAStore(path, `endpoint ${row.id} belongs to another workload than it says`);
    }
  }
  saved = known.length;
  let nextId = known.reduce((highest, { row }) => Math.max(highest, row.id), 0) + 1;

  const byValue = (endpoint: Endpoint): EndpointRow => {
    const content = contentOf(endpoint);
    const met = byContent.get(content);
    if (met !== undefined) return met;
    const { resolution, tags, candidates } = endpoint;
    return learn({ id: nextId++, resolution, tags, candidates }, content).row;
  };

  const bounded = (endpoint: Endpoint): EndpointRow => {
    if (byContent.size < limit || byContent.has(contentOf(endpoint))) return byValue(endpoint);
    folded++;
    return byValue(byContent.size < limit + FOLDED_LIMIT ? withoutInstance(endpoint) : OTHER);
  };

  return {
    intern(endpoint) {
      const met = byIdentity.get(endpoint);
      if (met !== undefined) return met;
      const row = bounded(endpoint);
      byIdentity.set(endpoint, row);
      return row;
    },
    row: (id) => idOfRow.get(id)!.row,
    workload: (workloadId) => idOfRow.get(workloadId)!.workload,
    workloadOf: (id) => idOfRow.get(id)!.workload,
    workloadId: (key) => workloadIds.get(keyText(key)),
    async save(connection) {
      const fresh = known.slice(saved);
      const until = known.length;
      if (fresh.length > 0) await appendRows(connection, fresh);
      return {
        written: () => {
          saved = until;
        },
      };
    },
    get folded() {
      return folded;
    },
  };
}

/** Workload ids of an edge's ends, `null` when the store never met one of them. */
export function idsOf(dimension: Dimension, { client, server, port }: EdgeKey): readonly number[] | null {
  const ids = [dimension.workloadId(client), dimension.workloadId(server)];
  return ids[0] === undefined || ids[1] === undefined ? null : [ids[0], ids[1], port];
}

function contentOf({ resolution, tags, candidates }: Endpoint): string {
  return JSON.stringify([resolution, TAGS.map((tag) => tags[tag] ?? null), candidates]);
}

function withoutInstance({ resolution, tags }: Endpoint): Endpoint {
  const { pod: _pod, container: _container, process: _process, address, ...kept } = tags;
  const named = kept.workload !== undefined || kept.service !== undefined || address === undefined;
  return { resolution, tags: named ? kept : { ...kept, address: 'other' }, candidates: [] };
}

async function appendRows(connection: DuckDBConnection, fresh: readonly Known[]): Promise<void> {
  const appender = await connection.createAppender('endpoint');
  for (const { row, workloadId, workload } of fresh) {
    appender.appendUInteger(row.id);
    appender.appendUInteger(workloadId);
    appender.appendVarchar(workload.namespace);
    appender.appendVarchar(workload.workload);
    appender.appendVarchar(row.resolution);
    for (const tag of TAGS) {
      const value = row.tags[tag];
      if (value === undefined) appender.appendNull();
      else appender.appendVarchar(value);
    }
    appender.appendList(listValue([...row.candidates]), LIST(VARCHAR));
    appender.endRow();
  }
  appender.closeSync();
}

async function readRows(connection: DuckDBConnection): Promise<Pick<Known, 'row' | 'workloadId'>[]> {
  const tags = TAGS.map((tag) => `"${tag}"`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT id, workload_id, resolution, candidates, ${tags} FROM endpoint ORDER BY id`,
  );
  return reader.getRowsJS().map((row) => {
    const [id, workloadId, resolution, candidates, ...values] = row;
    const named = TAGS.flatMap((tag, i) =>
      typeof values[i] === 'string' ? [[tag, values[i]] as const] : [],
    );
    return {
      workloadId: Number(workloadId),
      row: {
        id: Number(id),
        resolution: String(resolution) as Resolution,
        tags: Object.fromEntries(named) as Tags,
        candidates: (candidates as string[] | null) ?? [],
      },
    };
  });
}
