import { COUNTS } from './schema.ts';
import type { EdgeKey, NodeKey, Period } from './types.ts';

/** SQL over the view `edge_rows`, runnable in any DuckDB shell on the store or a capture of it. */
export function rowsQuery({ from, to }: Period, { client, server, port }: EdgeKey): string {
  return `SELECT "window", client_pod, client_version, client_node, client_zone, server_pod, server_version, server_node, server_zone,
  ${COUNTS.map(([, column]) => column).join(', ')}
FROM edge_rows
WHERE "window" >= ${timestamp(from)} AND "window" < ${timestamp(to)}
  AND ${is('client', client)}
  AND ${is('server', server)}
  AND port = ${Math.trunc(port)}
ORDER BY "window", client_pod, server_pod`;
}

function is(side: 'client' | 'server', { namespace, workload }: NodeKey): string {
  return `${side}_namespace = ${quoted(namespace)} AND ${side}_workload = ${quoted(workload)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function timestamp(micros: number): string {
  const second = Math.ceil(micros / 1_000_000) * 1000;
  return `TIMESTAMP '${new Date(second).toISOString().slice(0, 19).replace('T', ' ')}'`;
}
