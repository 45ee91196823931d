import { hostname } from 'node:os';
import { type NamedFlow, podsOfCgroup } from '../../../enrich/index.ts';
import { type Address, type Flow, histogramTotal, quantile } from '../../../probe/index.ts';

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

/** A flow as `flows --json` prints it. `lost`: connections this node lost since the previous line. */
export function flowDocument({ flow, local }: NamedFlow, lost: number) {
  const { client, server } = ends(flow);
  const pod = podsOfCgroup(flow.owner?.cgroup ?? '')[0];
  return {
    time: new Date(Math.round(flow.to / 1000)).toISOString(),
    node: local.tags.node ?? hostname(),
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
    rttMicros: flow.rttMicros,
    minRttMicros: flow.minRttMicros,
    requests: flow.requests,
    failedRequests: flow.failedRequests,
    latencyMicros: {
      count: histogramTotal(flow.latency),
      p50: rounded(quantile(flow.latency, 0.5)),
      p90: rounded(quantile(flow.latency, 0.9)),
      p99: rounded(quantile(flow.latency, 0.99)),
    },
    protocol: flow.protocol,
    lost,
  };
}

function rounded(micros: number | null): number | null {
  return micros === null ? null : Math.round(micros);
}
