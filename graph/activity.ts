import type { DuckDBConnection } from '@duckdb/node-api';
import type { Resolution } from '../enrich/index.ts';
import { inPeriod, joined } from './aggregate.ts';
import type { Dimension } from './dimension.ts';
import { all, FACT } from './schema.ts';
import type { EdgeActivity, Period, TargetActivity, TraitActivity } from './types.ts';

/* Who did something when, in bins of equal length and without histograms: days of it fit where minutes of `series` do. */

const SECOND = 1_000_000;
/** Strongest first: an edge is named by the best resolution it ever had in a bin. */
const RESOLUTIONS = [
  'process',
  'pod-ip',
  'service',
  'dns',
  'range',
  'node',
  'unresolved',
] as const satisfies readonly Resolution[];

/** Counts of each edge in each bin in which it did anything. */
export async function edgeActivity(
  connection: DuckDBConnection,
  dimension: Dimension,
  period: Period,
  binMicros: number,
): Promise<EdgeActivity[]> {
  const rows = await numbers(
    connection,
    `SELECT c.workload_id, s.workload_id, f.port, ${bin(period, binMicros)} AS bin, count(DISTINCT window_start)::DOUBLE,
       sum(opened)::DOUBLE, sum(closed)::DOUBLE, ${FAILURES}::DOUBLE, sum(requests)::DOUBLE,
       sum(bytes_sent)::DOUBLE, sum(bytes_received)::DOUBLE, min(${rank('c')}), min(${rank('s')})
     FROM ${joined(FACT)} WHERE ${inPeriod(period)} GROUP BY ALL ORDER BY bin, 1, 2, 3`,
  );
  return rows.map((row) => {
    const [client, server, port, at, windows, opened, closed, failed, requests, sent, received] = row;
    return {
      client: dimension.workload(client!),
      server: dimension.workload(server!),
      clientBy: RESOLUTIONS[row[11]! - 1] ?? 'unresolved',
      serverBy: RESOLUTIONS[row[12]! - 1] ?? 'unresolved',
      port: port!,
      bin: at!,
      windows: windows!,
      opened: opened!,
      closed: closed!,
      failed: failed!,
      requests: requests!,
      bytes: sent! + received!,
    };
  });
}

/** Bins in which a workload showed a version or image at either end, or a process of its opened connections. */
export async function traitActivity(
  connection: DuckDBConnection,
  dimension: Dimension,
  period: Period,
  binMicros: number,
): Promise<TraitActivity[]> {
  const ends = (select: string, side: 'client' | 'server', having: string) =>
    `SELECT e.workload_id, ${select}, min(e.id) AS id, ${bin(period, binMicros)} AS bin,
       sum(opened)::DOUBLE AS opened, ${FAILURES}::DOUBLE AS failed, sum(requests)::DOUBLE AS requests
     FROM ${all(FACT)} AS f JOIN endpoint AS e ON e.id = f.${side}
     WHERE ${inPeriod(period)} AND ${having} GROUP BY ALL`;
  const both = (tag: string) =>
    (['client', 'server'] as const).map((side) =>
      ends(`e."${tag}" AS value`, side, `e."${tag}" IS NOT NULL`),
    );
  const questions = {
    version: both('version'),
    image: both('image'),
    process: [
      ends(
        'e.container, e.process AS value',
        'client',
        'e.process IS NOT NULL AND opened + refused + timed_out > 0',
      ),
    ],
  } as const;
  const answers: TraitActivity[] = [];
  for (const tag of ['version', 'image', 'process'] as const) {
    const container = tag === 'process' ? ', container' : '';
    const rows = await numbers(
      connection,
      `SELECT min(id)::DOUBLE, bin, sum(opened), sum(failed), sum(requests) FROM (${questions[tag].join(' UNION ALL ')})
       GROUP BY workload_id, value, bin${container} ORDER BY bin, 1`,
    );
    for (const [id, at, opened, failed, requests] of rows) {
      const row = dimension.row(id!);
      answers.push({
        node: dimension.workloadOf(id!),
        tag,
        value: row.tags[tag]!,
        container: tag === 'process' ? (row.tags.container ?? null) : null,
        bin: at!,
        opened: opened!,
        failed: failed!,
        requests: requests!,
      });
    }
  }
  return answers;
}

/** How many different ends and ports each client tried in each bin, and of how many it reached none. */
export async function targetActivity(
  connection: DuckDBConnection,
  dimension: Dimension,
  period: Period,
  binMicros: number,
): Promise<TargetActivity[]> {
  const rows = await numbers(
    connection,
    `SELECT client, bin, count(*)::DOUBLE, count(*) FILTER (missed)::DOUBLE, (count(DISTINCT server) FILTER (missed))::DOUBLE,
       (count(DISTINCT port) FILTER (missed))::DOUBLE, sum(opened + failed)::DOUBLE, (coalesce(sum(failed) FILTER (missed), 0))::DOUBLE,
       (coalesce(sum(refused) FILTER (missed), 0))::DOUBLE
     FROM (
       SELECT c.workload_id AS client, f.server, f.port, ${bin(period, binMicros)} AS bin, sum(opened) AS opened,
         ${FAILURES} AS failed, sum(refused) AS refused, sum(opened) = 0 AND sum(requests) = 0 AS missed
       FROM ${joined(FACT)} WHERE ${inPeriod(period)} GROUP BY ALL HAVING sum(opened) + ${FAILURES} > 0)
     GROUP BY client, bin ORDER BY bin, client`,
  );
  return rows.map(([client, at, tried, missed, servers, ports, attempts, failures, refused]) => ({
    client: dimension.workload(client!),
    bin: at!,
    tried: tried!,
    missed: missed!,
    servers: servers!,
    ports: ports!,
    attempts: attempts!,
    failures: failures!,
    refused: refused!,
  }));
}

const FAILURES = '(sum(refused) + sum(timed_out) + sum(unreachable))';

/** Number of the bin since the start of the period. */
function bin({ from }: Period, binMicros: number): string {
  return `((window_start - ${Math.ceil(from / SECOND)}) // ${Math.max(1, Math.round(binMicros / SECOND))})::DOUBLE`;
}

function rank(end: 'c' | 's'): string {
  return `list_position([${RESOLUTIONS.map((name) => `'${name}'`).join(', ')}], ${end}.resolution)::DOUBLE`;
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<number[][]> {
  return (await connection.runAndReadAll(sql)).getRows() as number[][];
}
