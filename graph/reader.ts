import type { DuckDBConnection } from '@duckdb/node-api';
import type { Change } from '../enrich/index.ts';
import { edgeActivity, targetActivity, traitActivity } from './activity.ts';
import { aggregate, type Group, inPeriod, joined } from './aggregate.ts';
import { anomaliesIn } from './anomalies.ts';
import type { Database } from './database.ts';
import { type Dimension, idsOf } from './dimension.ts';
import { gapsBetween } from './gaps.ts';
import { readGauges } from './gauge.ts';
import { readLinks, readNeighbourhood } from './neighbourhood.ts';
import { rowsQuery } from './rows-query.ts';
import { all, COVERAGE, FACT } from './schema.ts';
import { search } from './search.ts';
import {
  type CoverageRow,
  type Edge,
  type EdgeKey,
  type EdgeReader,
  type EdgeWindow,
  type Leaf,
  type NodeKey,
  type Period,
  WINDOW_MICROS,
} from './types.ts';
import { compareKeys } from './workload.ts';

const SECOND = 1_000_000;

/** @param version of the schema: what came later is empty */
export function createReader(database: Database, dimension: Dimension, version: number): EdgeReader {
  const edgeOf = ({ key, counts }: Group, first = 0): Edge => ({
    client: dimension.workload(key[first]!),
    server: dimension.workload(key[first + 1]!),
    port: key[first + 2]!,
    counts,
  });
  const readEdges = async (connection: DuckDBConnection, period: Period, filter?: string): Promise<Edge[]> =>
    (await aggregate(connection, 'edge', period, filter)).map((group) => edgeOf(group)).sort(byName);

  return {
    range: () => database.read(range),
    gaps: (period) => database.read(async (c) => gapsBetween(await reportedAround(c, period), period)),
    nodes: (period) => database.read((c) => nodes(c, dimension, period)),
    edges: (period) => database.read((c) => readEdges(c, period)),
    async series(period, edges): Promise<EdgeWindow[]> {
      const filter = onlyEdges(dimension, edges);
      const groups = await database.read((c) => aggregate(c, 'edgeWindow', period, filter));
      return groups
        .map((group) => ({ window: group.key[0]! * SECOND, ...edgeOf(group, 1) }))
        .sort((a, b) => a.window - b.window || byName(a, b));
    },
    async leaves(period, edges): Promise<Leaf[]> {
      const filter = onlyEdges(dimension, edges);
      const groups = await database.read((c) => aggregate(c, 'leaf', period, filter));
      return groups.map(({ key, counts }) => ({
        client: dimension.row(key[0]!),
        server: dimension.row(key[1]!),
        port: key[2]!,
        counts,
      }));
    },
    activity: (period, bin) => database.read((c) => edgeActivity(c, dimension, period, bin)),
    traits: (period, bin) => database.read((c) => traitActivity(c, dimension, period, bin)),
    targets: (period, bin) => database.read((c) => targetActivity(c, dimension, period, bin)),
    gauges: (period) => database.read((c) => readGauges(c, dimension, version, period)),
    coverage: (period) => database.read((c) => coverage(c, period)),
    changes: (period) => database.read((c) => changes(c, period)),
    anomalies: (period) => database.read((c) => anomaliesIn(c, version, period)),
    neighbourhood: (centre, period, options = {}) =>
      database.read((c) =>
        readNeighbourhood(centre, options, {
          links: () => readLinks(c, period),
          edges: (filter) => readEdges(c, period, filter),
          idOf: (key) => dimension.workloadId(key),
          keyOf: (id) => dimension.workload(id),
        }),
      ),
    search: (text, limit = 20) => database.read((c) => search(c, dimension, text, limit)),
    rowsQuery,
  };
}

async function range(connection: DuckDBConnection): Promise<Period | null> {
  const rows = await numbers(
    connection,
    `SELECT min(w)::DOUBLE, max(w)::DOUBLE
     FROM (SELECT window_start AS w FROM ${all(FACT)} UNION ALL SELECT window_start FROM ${all(COVERAGE)})`,
  );
  const [first, last] = rows[0] ?? [];
  if (typeof first !== 'number' || typeof last !== 'number') return null;
  return { from: first * SECOND, to: last * SECOND + WINDOW_MICROS };
}

async function nodes(connection: DuckDBConnection, dimension: Dimension, period: Period): Promise<NodeKey[]> {
  const rows = await numbers(
    connection,
    `SELECT DISTINCT unnest([c.workload_id, s.workload_id])::DOUBLE AS id FROM ${joined(FACT)}
     WHERE ${inPeriod(period)}`,
  );
  return rows.map(([id]) => dimension.workload(id!)).sort(compareKeys);
}

/** By names, not by ids: a capture then lists what its store lists. */
function byName(a: EdgeKey, b: EdgeKey): number {
  return compareKeys(a.client, b.client) || compareKeys(a.server, b.server) || a.port - b.port;
}

/** Reported windows of the period with the nearest ones before and after it, ascending. */
async function reportedAround(connection: DuckDBConnection, { from, to }: Period): Promise<number[]> {
  const rows = await numbers(
    connection,
    `WITH reported AS (SELECT DISTINCT window_start::DOUBLE AS w FROM ${all(COVERAGE)} WHERE reporting > 0)
     SELECT w FROM reported
     WHERE w >= coalesce((SELECT max(w) FROM reported WHERE w <= ${from / SECOND}), 0)
       AND w <= coalesce((SELECT min(w) FROM reported WHERE w >= ${to / SECOND}), 1e18)
     ORDER BY w`,
  );
  return rows.map(([window]) => window! * SECOND);
}

async function coverage(connection: DuckDBConnection, period: Period): Promise<CoverageRow[]> {
  const reader = await connection.runAndReadAll(
    `SELECT window_start::DOUBLE AS w, node, max(reporting) > 0, sum(seen)::DOUBLE, sum(lost)::DOUBLE,
       sum(ends)::DOUBLE, sum(unresolved)::DOUBLE, max(level)
     FROM ${all(COVERAGE)} WHERE ${inPeriod(period)} GROUP BY w, node ORDER BY w, node`,
  );
  return reader.getRowsJS().map(([window, node, reporting, seen, lost, ends, unresolved, level]) => ({
    window: Number(window) * SECOND,
    node: String(node),
    reporting: reporting === true,
    seen: Number(seen),
    lost: Number(lost),
    ends: Number(ends),
    unresolved: Number(unresolved),
    level: Number(level ?? 0),
  }));
}

async function changes(connection: DuckDBConnection, { from, to }: Period): Promise<Change[]> {
  const reader = await connection.runAndReadAll(
    `SELECT "at"::DOUBLE, kind, namespace, subject, what, tags FROM change
     WHERE "at" >= $1 AND "at" < $2 ORDER BY "at", subject, what`,
    [Math.trunc(from), Math.trunc(to)],
  );
  return reader.getRowsJS().map(([at, kind, namespace, subject, what, tags]) => ({
    at: Number(at),
    kind: String(kind) as Change['kind'],
    namespace: String(namespace),
    subject: String(subject),
    what: String(what),
    tags: JSON.parse(String(tags)) as Record<string, string>,
  }));
}

/** A condition that keeps only these edges; those the store never met are left out. */
function onlyEdges(dimension: Dimension, edges: readonly EdgeKey[] | undefined): string {
  if (edges === undefined) return 'true';
  const ids = edges.map((edge) => idsOf(dimension, edge)).filter((key) => key !== null);
  if (ids.length === 0) return 'false';
  return `(c.workload_id, s.workload_id, f.port) IN (${ids.map((key) => `(${key.join(', ')})`).join(', ')})`;
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<number[][]> {
  return (await connection.runAndReadAll(sql)).getRows() as number[][];
}
