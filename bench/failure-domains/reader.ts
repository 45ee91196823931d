import type { Change } from '../../enrich/index.ts';
import {
  type EdgeReader,
  type EndpointRow,
  type NodeKey,
  type Period,
  WINDOW_MICROS,
} from '../../graph/index.ts';
import { tableOf } from './table.ts';
import type { Pod } from './topology.ts';
import type { World } from './world.ts';

/** Start of every world: a whole window. */
export const START = 1_790_000_000_000_000;

export function microsOf(window: number): number {
  return START + window * WINDOW_MICROS;
}

/** The world's edge table, as the analysis asks for it. */
export function readerOf(world: World): EdgeReader {
  const { leaves, windows } = world;
  const table = tableOf(world);
  const endpoints = new Map<Pod, EndpointRow>();
  const endpoint = (pod: Pod): EndpointRow => {
    const known = endpoints.get(pod) ?? endpointOf(pod);
    endpoints.set(pod, known);
    return known;
  };
  const indexOf = (micros: number): number =>
    Math.min(windows, Math.max(0, Math.ceil((micros - START) / WINDOW_MICROS)));
  const edges = [...groupedLeaves(leaves)].map(([, members]) => {
    const { client, server, workload } = leaves[members[0]!]!;
    return {
      members,
      key: { client: node(client.workload), server: node(server.workload), port: workload.port },
    };
  });
  const edgesIn = async ({ from, to }: Period) =>
    edges.flatMap(({ members, key }) => {
      const counts = table.sum(members, indexOf(from), indexOf(to));
      return counts === null ? [] : [{ ...key, counts }];
    });
  const unused = () => Promise.reject(new Error('the analysis does not ask this'));
  return {
    range: async () => ({ from: START, to: microsOf(windows) }),
    gaps: async () => [],
    edges: edgesIn,
    nodes: async (period) => {
      const nodes = (await edgesIn(period)).flatMap(({ client, server }) => [client, server]);
      return [...new Map(nodes.map((each) => [each.workload, each])).values()];
    },
    series: async ({ from, to }) =>
      Array.from({ length: indexOf(to) - indexOf(from) }, (_, i) => indexOf(from) + i).flatMap((window) =>
        edges.flatMap(({ members, key }) => {
          const counts = table.sum(members, window, window + 1);
          return counts === null ? [] : [{ ...key, window: microsOf(window), counts }];
        }),
      ),
    leaves: async ({ from, to }) =>
      leaves.flatMap(({ client, server, workload }, i) => {
        const counts = table.sum([i], indexOf(from), indexOf(to));
        return counts === null
          ? []
          : [{ client: endpoint(client), server: endpoint(server), port: workload.port, counts }];
      }),
    coverage: async () => [],
    changes: async ({ from, to }) => changesOf(world).filter(({ at }) => at >= from && at < to),
    neighbourhood: unused,
    search: unused,
    anomalies: unused,
    activity: unused,
    traits: unused,
    targets: unused,
    gauges: unused,
    rowsQuery: () => '',
  };
}

function groupedLeaves(leaves: World['leaves']): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [i, { edge }] of leaves.entries()) {
    const group = groups.get(edge);
    if (group) group.push(i);
    else groups.set(edge, [i]);
  }
  return groups;
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
