import { hostname } from 'node:os';
import { type NamedFlow, podsOfCgroup } from '../../../enrich/index.ts';
import { type Address, type Flow, type Histogram, histogramTotal, quantile } from '../../../probe/index.ts';

/** Both ends of a flow by what they do, whichever of them saw it. */
export function ends(flow: Flow): { readonly client: Address; readonly server: Address } {
  return flow.role === 'client'
    ? { client: flow.local, server: flow.peer }
    : { client: flow.peer, server: flow.local };
}

/** `failed` is a connection that never opened or was reset; `closed` ended well. */
export function stateOf(flow: Flow): 'open' | 'closed' | 'failed' {
  if (flow.failure !== null) return 'failed';
  return flow.closed > 0 ? 'closed' : 'open';
}

const HOST = hostname();

/** A flow as `flows --json` prints it. `lost`: connections this node lost since the previous line. */
export function flowDocument({ flow, local }: NamedFlow, lost: number) {
  const { client, server } = ends(flow);
  const pod = podsOfCgroup(flow.owner?.cgroup ?? '')[0];
  return {
    time: new Date(Math.round(flow.to / 1000)).toISOString(),
    node: local.tags.node ?? HOST,
    role: flow.role,
    client,
    server,
    asked: flow.asked,
    nat: flow.nat,
    netns: flow.netnsName ?? String(flow.netns),
    pid: flow.owner?.pid ?? null,
    process: flow.owner?.process ?? null,
    cgroup: flow.owner?.cgroup ?? null,
    container: pod?.container ?? null,
    podUid: pod?.pod ?? null,
    state: stateOf(flow),
    failure: flow.failure,
    resetBy: flow.resetBy,
    durationMicros: flow.durationMicros,
    connectMicros: flow.connectMicros,
    bytesSent: flow.bytesSent,
    bytesReceived: flow.bytesReceived,
    retransmits: flow.retransmits,
    zeroWindows: flow.zeroWindows,
    drops: flow.drops.map(([reason, count]) => ({ reason, count })),
    rttMicros: flow.rttMicros,
    minRttMicros: flow.minRttMicros,
    basis: flow.basis,
    requests: flow.requests,
    failedRequests: flow.failedRequests,
    untimedRequests: flow.untimed,
    statuses: statusesOf(flow.statuses),
    latencyMicros: quantiles(flow.latency),
    waitMicros: quantiles(flow.wait),
    serviceMicros: quantiles(flow.service),
    networkMicros: quantiles(flow.network),
    operations: flow.operations.map(({ name, requests, failed, statuses, latency }) => ({
      name,
      requests,
      failed,
      statuses: statusesOf(statuses),
      latencyMicros: quantiles(latency),
    })),
    transport: flow.transport,
    protocol: flow.protocol,
    lost,
  };
}

const statusesOf = (statuses: Flow['statuses']) => statuses.map(([status, count]) => ({ status, count }));

function quantiles(histogram: Histogram) {
  return {
    count: histogramTotal(histogram),
    p50: rounded(quantile(histogram, 0.5)),
    p90: rounded(quantile(histogram, 0.9)),
    p99: rounded(quantile(histogram, 0.99)),
  };
}

function rounded(micros: number | null): number | null {
  return micros === null ? null : Math.round(micros);
}
