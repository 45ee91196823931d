import type { EdgeCounts, EdgeReader, Leaf, Period } from '../../graph/index.ts';
import { histogramFromEntries } from '../../probe/index.ts';
import { edgeId } from '../keys.ts';
import { leafId } from '../leaves.ts';
import type { Added } from './faults.ts';

/** What was added to one leaf in one window. */
export interface Injection {
  readonly leaf: Leaf;
  readonly edge: string;
  readonly window: number;
  readonly added: Added;
}

/** A reader that answers as if the injections had happened. What lies below it is only read. */
export function injected(reader: EdgeReader, injections: readonly Injection[]): EdgeReader {
  const within = ({ from, to }: Period) => injections.filter(({ window }) => window >= from && window < to);
  return {
    ...reader,
    edges: async (period) => {
      const extra = byKey(within(period), ({ edge }) => edge);
      return (await reader.edges(period)).map((edge) => changed(edge, extra.get(edgeId(edge))));
    },
    series: async (period, edges) => {
      const extra = byKey(within(period), ({ edge, window }) => `${window} ${edge}`);
      const rows = await reader.series(period, edges);
      return rows.map((row) => changed(row, extra.get(`${row.window} ${edgeId(row)}`)));
    },
    leaves: async (period, edges) => {
      const extra = byKey(within(period), ({ leaf }) => leafId(leaf));
      return (await reader.leaves(period, edges)).map((leaf) => changed(leaf, extra.get(leafId(leaf))));
    },
  };
}

function byKey(
  injections: readonly Injection[],
  key: (injection: Injection) => string,
): ReadonlyMap<string, readonly Added[]> {
  const all = new Map<string, Added[]>();
  for (const injection of injections) {
    const list = all.get(key(injection));
    if (list) list.push(injection.added);
    else all.set(key(injection), [injection.added]);
  }
  return all;
}

function changed<T extends { readonly counts: EdgeCounts }>(row: T, added: readonly Added[] | undefined): T {
  if (added === undefined) return row;
  const { counts } = row;
  const failed = added.reduce((sum, { failedRequests }) => sum + failedRequests, counts.failedRequests);
  return {
    ...row,
    counts: {
      ...counts,
      failedRequests: Math.min(counts.requests, failed),
      latency: moved(
        counts.latency,
        added.map(({ latency }) => latency),
      ),
      service: moved(
        counts.service,
        added.map(({ service }) => service),
      ),
    },
  };
}

function moved(
  histogram: EdgeCounts['latency'],
  changes: readonly ReadonlyMap<number, number>[],
): EdgeCounts['latency'] {
  if (changes.every(({ size }) => size === 0)) return histogram;
  const counts = new Map(histogram.buckets.map((bucket, i) => [bucket, histogram.counts[i]!]));
  for (const change of changes)
    for (const [bucket, count] of change) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return histogramFromEntries([...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b));
}
