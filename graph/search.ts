import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dimension } from './dimension.ts';
import type { SearchHit } from './types.ts';

/** Kinds in the order they are listed when they match equally well. */
const KINDS: readonly SearchHit['kind'][] = [
  'workload',
  'service',
  'pod',
  'version',
  'image',
  'node',
  'zone',
  'namespace',
  'address',
];

/**
 * Every named thing that contains the text, whatever its case: those equal to it first, then those that begin with
 * it. `shop/cart` finds a workload or service in a namespace.
 */
export async function search(
  connection: DuckDBConnection,
  dimension: Dimension,
  text: string,
  limit: number,
): Promise<SearchHit[]> {
  const wanted = text.trim();
  if (wanted === '') return [];
  const reader = await connection.runAndReadAll(SEARCH, [wanted, Math.max(0, Math.trunc(limit))]);
  return reader.getRowsJS().map(([kind, value, first, last]) => ({
    kind: KINDS[Number(kind)]!,
    value: String(value),
    workload: first === last ? dimension.workload(Number(first)) : null,
  }));
}

/** Two workloads of one name in two namespaces are two hits; everything else is one hit per value. */
function values(kind: SearchHit['kind'], place: number): string {
  const apart = kind === 'workload' ? 'workload_id' : '0';
  return `SELECT ${place} AS kind, "${kind}" AS value, workload_id, ${apart} AS apart,
    lower("${kind}") AS name, lower(concat(namespace, '/', "${kind}")) AS path
    FROM endpoint WHERE "${kind}" IS NOT NULL`;
}

const SEARCH = `
  WITH named AS (${KINDS.map(values).join(' UNION ALL ')}),
  wanted AS (SELECT lower($1::VARCHAR) AS text),
  matched AS (
    SELECT kind, value, workload_id, apart,
      CASE WHEN name = text OR path = text THEN 0
        WHEN starts_with(name, text) OR starts_with(path, text) THEN 1 ELSE 2 END AS rank
    FROM named, wanted
    WHERE contains(name, text) OR (kind <= 1 AND contains(text, '/') AND contains(path, text)))
  SELECT kind, value, min(workload_id), max(workload_id)
  FROM matched GROUP BY kind, value, apart
  ORDER BY min(rank), kind, length(value), value, apart LIMIT $2`;
