import type { Endpoint, NamedFlow } from '../enrich/index.ts';
import { type Address, EMPTY_HISTOGRAM, type Flow, histogramOf, type Role } from '../probe/index.ts';
import type { EdgeRow } from './batch.ts';
import { type EdgeCounts, WINDOW_MICROS } from './types.ts';

/** Values for the tests of this room. The start of a window. */
export const START = 1_760_000_000_000_000;

export const NO_COUNTS: EdgeCounts = {
  opened: 0,
  closed: 0,
  refused: 0,
  timedOut: 0,
  unreachable: 0,
  resetByClient: 0,
  resetByServer: 0,
  requests: 0,
  failedRequests: 0,
  bytesSent: 0,
  bytesReceived: 0,
  segments: 0,
  retransmits: 0,
  untimed: 0,
  zeroWindows: 0,
  drops: 0,
  latency: EMPTY_HISTOGRAM,
  wait: EMPTY_HISTOGRAM,
  service: EMPTY_HISTOGRAM,
  rtt: EMPTY_HISTOGRAM,
  connect: EMPTY_HISTOGRAM,
  network: EMPTY_HISTOGRAM,
};

export function podEnd(workload: string, replica = 0, more: Partial<Endpoint['tags']> = {}): Endpoint {
  return {
    resolution: 'process',
    tags: {
      namespace: 'shop',
      workload,
      service: workload,
      pod: `${workload}-${replica}`,
      version: 'v1',
      image: `${workload}:1`,
      container: 'main',
      process: 'node',
      node: `n${replica}`,
      zone: 'a',
      ...more,
    },
    candidates: [],
  };
}

/** The same pod as the other end names it, by its address. */
export function podByAddress(workload: string, replica = 0): Endpoint {
  const { container: _container, process: _process, ...tags } = podEnd(workload, replica).tags;
  return { resolution: 'pod-ip', tags, candidates: [] };
}

export const UNKNOWN: Endpoint = {
  resolution: 'unresolved',
  tags: { address: '203.0.113.9' },
  candidates: [],
};

export function edgeRow(
  window: number,
  client: string,
  server: string,
  counts: Partial<EdgeCounts> = {},
): EdgeRow {
  return {
    window: START + window * WINDOW_MICROS,
    client: podEnd(client),
    server: podEnd(server),
    port: 8080,
    counts: { ...NO_COUNTS, requests: 1, latency: histogramOf([100]), ...counts },
  };
}

let cookies = 0;

/** One socket with nothing counted yet; every call is another socket. */
export function socket(role: Role, local: Address, remote: Address, more: Partial<Flow> = {}): Flow {
  return {
    boot: 'boot',
    netns: role === 'client' ? 1 : 2,
    cookie: String(++cookies),
    netnsName: null,
    role,
    transport: 'tcp',
    protocol: 'tcp',
    local,
    remote,
    asked: role === 'client' ? remote : null,
    peer: remote,
    nat: 'none',
    isn: null,
    owner: null,
    from: START,
    to: START + 1_000_000,
    preexisting: false,
    opened: 0,
    closed: 0,
    failure: null,
    resetBy: null,
    connectMicros: null,
    durationMicros: 0,
    bytesSent: 0,
    bytesReceived: 0,
    segmentsSent: 0,
    segmentsReceived: 0,
    retransmits: 0,
    zeroWindows: 0,
    drops: [],
    rttMicros: null,
    minRttMicros: null,
    basis: 'turns',
    requests: 0,
    failedRequests: 0,
    statuses: [],
    untimed: 0,
    operations: [],
    latency: EMPTY_HISTOGRAM,
    wait: EMPTY_HISTOGRAM,
    service: EMPTY_HISTOGRAM,
    network: EMPTY_HISTOGRAM,
    ...more,
  };
}

export interface Pair {
  client(more?: Partial<Flow>): NamedFlow;
  server(more?: Partial<Flow>): NamedFlow;
}

/** Both ends of one connection, each naming the other by its address. */
export function pair(
  client = 'front',
  server = 'cart',
  { port = 8080, clientReplica = 0, serverReplica = 0 } = {},
): Pair {
  const from = { ip: '10.0.0.1', port: 30_000 + (cookies % 30_000) };
  const to = { ip: '10.0.1.1', port };
  const isn = { client: 2 * cookies + 7, server: 3 * cookies + 11 };
  const near = socket('client', from, to, { isn });
  const far = socket('server', to, from, { isn });
  return {
    client: (more = {}) => ({
      flow: { ...near, ...more },
      local: podEnd(client, clientReplica),
      remote: podByAddress(server, serverReplica),
    }),
    server: (more = {}) => ({
      flow: { ...far, ...more },
      local: podEnd(server, serverReplica),
      remote: podByAddress(client, clientReplica),
    }),
  };
}
