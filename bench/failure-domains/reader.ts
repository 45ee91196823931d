import type { Change } from '../../enrich/index.ts';
import {
  type EdgeCounts,
  type EdgeReader,
  type EndpointRow,
  type NodeKey,
  type Period,
  WINDOW_MICROS,
} from '../../graph/index.ts';
import { bucketOf, type Histogram, histogramFromEntries } from '../../probe/index.ts';
import { FLAG } from './calls.ts';
import { PARAMETERS } from './parameters.ts';
import type { Pod } from './topology.ts';
import type { World } from './world.ts';

/** Start of every world: a whole window. */
export const START = 1_790_000_000_000_000;

const TIMES = ['latency', 'wait', 'service', 'connect', 'rtt'] as const;

export function microsOf(window: number): number {
  return START + window * WINDOW_MICROS;
}

/** The world's edge table, as the analysis asks for it. */
export function readerOf(world: World): EdgeReader {
  const { leaves, windows } = world;
  const endpoints = new Map<Pod, EndpointRow>();
  const endpoint = (pod: Pod): EndpointRow => {
    const known = endpoints.get(pod) ?? endpointOf(pod);
    endpoints.set(pod, known);
    return known;
  };
  const spanOf = ({ from, to }: Period) => ({
    from: Math.max(0, Math.ceil((from - START) / WINDOW_MICROS)),
    to: Math.min(windows, Math.ceil((to - START) / WINDOW_MICROS)),
  });
  const edgeOf = leaves.reduce<{ client: NodeKey; server: NodeKey; port: number }[]>((edges, leaf) => {
    const { client, server, workload, edge } = leaf;
    edges[edge] ??= { client: node(client.workload), server: node(server.workload), port: workload.port };
    return edges;
  }, []);
  const grouped = (period: Period, groups: number, groupOf: (leaf: number, window: number) => number) =>
    counted(world, spanOf(period), groups, groupOf);
  const edgesIn = async (period: Period) =>
    grouped(period, world.edges, (leaf) => leaves[leaf]!.edge).flatMap((counts, edge) =>
      counts === null ? [] : [{ ...edgeOf[edge]!, counts }],
    );
  const unused = () => Promise.reject(new Error('the analysis does not ask this'));
  return {
    range: async () => ({ from: START, to: microsOf(windows) }),
    gaps: async () => [],
    edges: edgesIn,
    nodes: async (period) => {
      const nodes = (await edgesIn(period)).flatMap(({ client, server }) => [client, server]);
      return [...new Map(nodes.map((each) => [each.workload, each])).values()];
    },
    series: async (period) =>
      grouped(period, world.edges * windows, (leaf, window) => leaves[leaf]!.edge * windows + window).flatMap(
        (counts, i) =>
          counts === null
            ? []
            : [{ ...edgeOf[Math.floor(i / windows)]!, window: microsOf(i % windows), counts }],
      ),
    leaves: async (period) =>
      grouped(period, leaves.length, (leaf) => leaf).flatMap((counts, i) => {
        if (counts === null) return [];
        const { client, server, workload } = leaves[i]!;
        return [{ client: endpoint(client), server: endpoint(server), port: workload.port, counts }];
      }),
    coverage: async () => [],
    changes: async ({ from, to }) => changesOf(world).filter(({ at }) => at >= from && at < to),
    neighbourhood: unused,
    search: unused,
    rowsQuery: () => '',
  };
}

const node = (workload: string): NodeKey => ({ namespace: 'shop', workload });

function endpointOf(pod: Pod): EndpointRow {
  const { index, name, workload, version, node, zone } = pod;
  return {
    id: index,
    resolution: 'process',
    candidates: [],
    tags: {
      region: 'eu',
      zone,
      node,
      namespace: 'shop',
      kind: 'Deployment',
      workload,
      version,
      image: `${workload}:${version}`,
      pod: name,
      container: 'main',
      process: workload,
    },
  };
}

/** Rollouts as the cluster tells them: a little before their pods are asked for the first time. */
export function changesOf({ scenario, onset }: World): Change[] {
  return scenario.causes.flatMap(({ rollout, domain: { server = '', tags } }) => {
    if (!rollout) return [];
    const version = tags[0]!.value;
    return {
      at: microsOf(onset) - 3_000_000,
      kind: 'rollout' as const,
      namespace: 'shop',
      subject: server,
      what: `${version === 'v2' ? 'v1' : 'v2'} → ${version}`,
      tags: { version, image: `${server}:${version}` },
    };
  });
}

/** Sums calls into groups of leaves or of edges and windows; `null` where nothing happened. */
function counted(
  { calls }: World,
  { from, to }: { readonly from: number; readonly to: number },
  groups: number,
  groupOf: (leaf: number, window: number) => number,
): (EdgeCounts | null)[] {
  const sums = Array.from({ length: groups }, (): Sum | null => null);
  for (let i = 0; i < calls.length; i++) {
    const window = calls.window[i]!;
    if (window < from || window >= to) continue;
    const group = groupOf(calls.leaf[i]!, window);
    sums[group] ??= {
      refused: 0,
      opened: 0,
      requests: 0,
      failed: 0,
      lost: 0,
      times: TIMES.map(() => new Map()),
    };
    add(sums[group], calls, i);
  }
  return sums.map((sum) => (sum === null ? null : countsOf(sum)));
}

interface Sum {
  refused: number;
  opened: number;
  requests: number;
  failed: number;
  lost: number;
  readonly times: readonly Map<number, number>[];
}

function add(sum: Sum, { flags, lost, latency, wait, service, trip }: World['calls'], i: number): void {
  const flag = flags[i]!;
  if (flag & FLAG.refused) {
    sum.refused++;
    return;
  }
  sum.requests++;
  if (flag & FLAG.failed) sum.failed++;
  sum.lost += lost[i]!;
  tally(sum.times[0]!, latency[i]!);
  tally(sum.times[1]!, wait[i]!);
  tally(sum.times[2]!, service[i]!);
  if (flag & FLAG.fresh) {
    sum.opened++;
    tally(sum.times[3]!, trip[i]!);
    tally(sum.times[4]!, trip[i]!);
  }
}

function tally(times: Map<number, number>, micros: number): void {
  const bucket = bucketOf(micros);
  times.set(bucket, (times.get(bucket) ?? 0) + 1);
}

function countsOf({ refused, opened, requests, failed, lost, times }: Sum): EdgeCounts {
  const [latency, wait, service, connect, rtt] = times.map(histogramFromEntries) as [
    Histogram,
    Histogram,
    Histogram,
    Histogram,
    Histogram,
  ];
  return {
    opened,
    closed: opened,
    refused,
    timedOut: 0,
    unreachable: 0,
    resetByClient: 0,
    resetByServer: 0,
    requests,
    failedRequests: failed,
    bytesSent: 500 * requests,
    bytesReceived: 2000 * requests,
    segments: PARAMETERS.segments * requests + lost,
    retransmits: lost,
    untimed: 0,
    zeroWindows: 0,
    drops: 0,
    latency,
    wait,
    service,
    rtt,
    connect,
    network: histogramFromEntries([]),
  };
}
