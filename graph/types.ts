import type { Change, Endpoint, Resolution } from '../enrich/index.ts';
import type { Gauge, Histogram } from '../probe/index.ts';

/** The base window, microseconds. */
export const WINDOW_MICROS = 10_000_000;

/** Everything counted of one edge, leaf or group in a period. Sums and histograms merge exactly. */
export interface EdgeCounts {
  /** Connections established, and ended after having been established. */
  readonly opened: number;
  readonly closed: number;
  /** Connections that never opened, by reason. */
  readonly refused: number;
  readonly timedOut: number;
  readonly unreachable: number;
  /** Connections reset after (or while) opening, by the end that did it. */
  readonly resetByClient: number;
  readonly resetByServer: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Segments sent by both ends, and retransmits among them. */
  readonly segments: number;
  readonly retransmits: number;
  /** Requests without a latency: one-way, blocking and streaming calls. */
  readonly untimed: number;
  /** Times an end had no room for more data, and packets of the connection the kernels of both ends dropped. */
  readonly zeroWindows: number;
  readonly drops: number;
  /** Client-seen time of a request; server-side wait before the first read, and service time. */
  readonly latency: Histogram;
  readonly wait: Histogram;
  readonly service: Histogram;
  /** What remains of sampled requests between both ends, there and back. */
  readonly network: Histogram;
  /** Smoothed round trip, one sample per connection and window; time to connect, one per opened connection. */
  readonly rtt: Histogram;
  readonly connect: Histogram;
}

/** Row of the endpoint dimension. */
export interface EndpointRow extends Endpoint {
  readonly id: number;
}

/** The finest grain: two endpoints and the server's port, summed over a period. */
export interface Leaf {
  readonly client: EndpointRow;
  readonly server: EndpointRow;
  readonly port: number;
  readonly counts: EdgeCounts;
}

/** A workload, or what stands for one: `namespace` is `''` for what lives outside the cluster. */
export interface NodeKey {
  readonly namespace: string;
  readonly workload: string;
}

export interface EdgeKey {
  readonly client: NodeKey;
  readonly server: NodeKey;
  readonly port: number;
}

/** client workload → server workload on a server port. */
export interface Edge extends EdgeKey {
  readonly counts: EdgeCounts;
}

/** One edge in one window. */
export interface EdgeWindow extends EdgeKey {
  readonly window: number;
  readonly counts: EdgeCounts;
}

/** What an edge did in one bin of a period, without times. */
export interface EdgeActivity extends EdgeKey {
  /** How the ends were named there, by the strongest that did. */
  readonly clientBy: Resolution;
  readonly serverBy: Resolution;
  /** Bins are numbered from the start of the period. */
  readonly bin: number;
  /** Windows of the bin in which it did anything. */
  readonly windows: number;
  readonly opened: number;
  readonly closed: number;
  /** Connections that never opened. */
  readonly failed: number;
  readonly requests: number;
  /** Both ways. */
  readonly bytes: number;
}

/** One bin in which a workload showed a tag: a version or image at either end, or a process as a client. */
export interface TraitActivity {
  readonly node: NodeKey;
  readonly tag: 'version' | 'image' | 'process';
  readonly value: string;
  /** Of a process: where it ran, `null` outside containers. */
  readonly container: string | null;
  readonly bin: number;
  readonly opened: number;
  readonly failed: number;
  readonly requests: number;
}

/** What one client tried in one bin. A target is one end and one port of it. */
export interface TargetActivity {
  readonly client: NodeKey;
  readonly bin: number;
  readonly tried: number;
  /** Targets of which no connection opened; the ends and ports among them. */
  readonly missed: number;
  readonly servers: number;
  readonly ports: number;
  /** Connections tried in all; failures to open among those to missed targets, and refusals among these. */
  readonly attempts: number;
  readonly failures: number;
  readonly refused: number;
}

/** What one node's probe saw and lost in one window. */
export interface CoverageRow {
  readonly window: number;
  readonly node: string;
  /** Whether a probe watched this node in this window; false for a node the cluster has and nobody watches. */
  readonly reporting: boolean;
  /** Connections seen, lost for good, and flow ends without a name. */
  readonly seen: number;
  readonly lost: number;
  readonly ends: number;
  readonly unresolved: number;
  /** The least that was done with requests: 0 = read, 1 = taken from turns, 2 = only connections were counted. */
  readonly level: number;
}

/**
 * Something the analysis noticed on an edge, kept for those who ask later. The store only keeps it: what it means is the
 * analysis' business. Times are microseconds since the epoch.
 */
export interface AnomalyRow {
  /** Edge, channel and onset: the same anomaly told again replaces what was known of it. */
  readonly id: string;
  readonly edge: EdgeKey;
  readonly channel: string;
  readonly signal: string;
  readonly onset: number;
  readonly opened: number;
  /** End of the step that last showed it. */
  readonly seen: number;
  /** `null` while it goes on. */
  readonly ended: number | null;
  /** Ended because it had become how things are, not because it went away. */
  readonly lasting: boolean;
  readonly was: number | null;
  readonly is: number | null;
  /** `ms`, `share`, `per second`. */
  readonly unit: string;
  /** Bad events and all events since the onset; `bad` is `null` where nothing is counted as bad. */
  readonly bad: number | null;
  readonly total: number;
  readonly requests: number;
  /** ln of the largest value of its e-detector. */
  readonly evidence: number;
  /** Probability of as much evidence within a day in which nothing happens. */
  readonly p: number;
  /** Length of a step, microseconds. */
  readonly stepMicros: number;
}

/** The most of something bounded that was in use in a window. */
export interface GaugeRow {
  readonly window: number;
  readonly kind: Gauge['kind'];
  /** Whose it is. */
  readonly owner: Endpoint;
  /** Which queue, pair of addresses or table of the owner. */
  readonly subject: string;
  readonly used: number;
  readonly limit: number;
  readonly ended: number;
}

export interface GaugeWindow extends GaugeRow {
  readonly owner: EndpointRow;
  readonly node: NodeKey;
}

export interface Period {
  /** Microseconds since the epoch; `from` inclusive, `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Neighbour extends NodeKey {
  /** Hops from the centre, negative upstream, 0 for the centre itself. */
  readonly hops: number;
}

export interface Neighbourhood {
  readonly centre: NodeKey;
  readonly nodes: readonly Neighbour[];
  readonly edges: readonly Edge[];
  /** Nodes left out because of the cap, with their share of the requests. */
  readonly folded: { readonly nodes: number; readonly share: number };
}

export type Direction = 'up' | 'down' | 'both';

export interface SearchHit {
  readonly kind:
    | 'workload'
    | 'service'
    | 'pod'
    | 'image'
    | 'node'
    | 'address'
    | 'namespace'
    | 'zone'
    | 'version';
  readonly value: string;
  /** The workload to open for it; `null` where it belongs to several. */
  readonly workload: NodeKey | null;
}

/**
 * What every later room may ask the edge table. Both ends' views of one connection have met: a connection is counted
 * once, from the client's side where it was seen, else from the server's.
 */
export interface EdgeReader {
  /** Period that holds data, `null` when the store is empty. */
  range(): Promise<Period | null>;
  /** Gaps of a period: spans in which no probe reported at all (whole windows). */
  gaps(period: Period): Promise<Period[]>;
  nodes(period: Period): Promise<NodeKey[]>;
  edges(period: Period): Promise<Edge[]>;
  /** Per window, ascending; `edges` restricts it. Empty windows are left out. */
  series(period: Period, edges?: readonly EdgeKey[]): Promise<EdgeWindow[]>;
  leaves(period: Period, edges?: readonly EdgeKey[]): Promise<Leaf[]>;
  /** The same without times, in bins of `binMicros` (whole windows) from the start of the period. */
  activity(period: Period, binMicros: number): Promise<EdgeActivity[]>;
  traits(period: Period, binMicros: number): Promise<TraitActivity[]>;
  targets(period: Period, binMicros: number): Promise<TargetActivity[]>;
  gauges(period: Period): Promise<GaugeWindow[]>;
  coverage(period: Period): Promise<CoverageRow[]>;
  changes(period: Period): Promise<Change[]>;
  /** Anomalies of which any part lies in the period, by onset. */
  anomalies(period: Period): Promise<AnomalyRow[]>;
  neighbourhood(
    centre: NodeKey,
    period: Period,
    options?: { readonly hops?: number; readonly direction?: Direction; readonly limit?: number },
  ): Promise<Neighbourhood>;
  search(text: string, limit?: number): Promise<SearchHit[]>;
  /** SQL that returns the rows behind an edge in a period, for the reader who wants to check. */
  rowsQuery(period: Period, edge: EdgeKey): string;
}
