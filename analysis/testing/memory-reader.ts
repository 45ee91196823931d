import type { Change, Endpoint } from '../../enrich/index.ts';
import {
  type CoverageRow,
  type EdgeReader,
  type EdgeRow,
  type EndpointRow,
  type Period,
  WINDOW_MICROS,
  workloadOf,
} from '../../graph/index.ts';
import { sumCounts } from '../counts.ts';
import { groupBy } from '../group.ts';
import { edgeId, nodeId } from '../keys.ts';

/** An edge table in memory that answers what the analysis asks, for worlds by the hundred. */
export function memoryReader(
  rows: readonly EdgeRow[],
  changes: readonly Change[] = [],
  coverage: readonly CoverageRow[] = [],
): EdgeReader {
  const ids = new Map<Endpoint, EndpointRow>();
  const endpoint = (of: Endpoint): EndpointRow => {
    const known = ids.get(of) ?? { ...of, id: ids.size };
    ids.set(of, known);
    return known;
  };
  const facts = rows.map((row) => ({
    ...row,
    client: endpoint(row.client),
    server: endpoint(row.server),
    edge: { client: workloadOf(row.client), server: workloadOf(row.server), port: row.port },
  }));
  const inside = ({ from, to }: Period) => facts.filter(({ window }) => window >= from && window < to);
  const summed = <T extends { counts: EdgeRow['counts'] }>(items: readonly T[], key: (item: T) => string) =>
    [...groupBy(items, key).values()].map((group) => ({
      first: group[0]!,
      counts: sumCounts(group.map(({ counts }) => counts)),
    }));
  const unused = () => Promise.reject(new Error('the analysis does not ask this'));

  return {
    range: async () => {
      const starts = rows.map(({ window }) => window);
      if (starts.length === 0) return null;
      return { from: Math.min(...starts), to: Math.max(...starts) + WINDOW_MICROS };
    },
    gaps: async () => [],
    nodes: async (period) => {
      const nodes = inside(period).flatMap(({ edge }) => [edge.client, edge.server]);
      return [...new Map(nodes.map((node) => [nodeId(node), node])).values()];
    },
    edges: async (period) =>
      summed(inside(period), ({ edge }) => edgeId(edge)).map(({ first, counts }) => ({
        ...first.edge,
        counts,
      })),
    series: async (period) =>
      summed(inside(period), ({ edge, window }) => `${window} ${edgeId(edge)}`).map(({ first, counts }) => ({
        ...first.edge,
        window: first.window,
        counts,
      })),
    leaves: async (period) =>
      summed(inside(period), ({ client, server, port }) => `${client.id} ${server.id} ${port}`).map(
        ({ first: { client, server, port }, counts }) => ({ client, server, port, counts }),
      ),
    coverage: async ({ from, to }) => coverage.filter(({ window }) => window >= from && window < to),
    changes: async ({ from, to }) => changes.filter(({ at }) => at >= from && at < to),
    anomalies: async () => [],
    activity: async () => [],
    traits: async () => [],
    targets: async () => [],
    gauges: async () => [],
    neighbourhood: unused,
    search: unused,
    rowsQuery: (period, edge) => `-- ${edgeId(edge)} ${period.from} ${period.to}`,
  };
}
