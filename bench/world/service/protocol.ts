/** What the world and the processes of its pods say to each other over the child's IPC channel (no inet traffic). */

export interface Upstream {
  readonly ip: string;
  readonly port: number;
}

/** Everything a pod's process is told at start. */
export interface PodConfig {
  readonly pod: string;
  readonly service: string;
  readonly version: string;
  /** Port to listen on; `null` for a pod that only calls others. */
  readonly port: number | null;
  /** Service addresses by service name. */
  readonly upstreams: Readonly<Record<string, Upstream>>;
  readonly requestsPerConnection: number;
  readonly behaviour: Behaviour;
}

/** How a pod answers. */
export interface Behaviour {
  /** Median of the lognormal part of the service time, milliseconds, spent waiting. */
  readonly baseMillis: number;
  /** Time of every request spent computing, milliseconds. */
  readonly cpuMillis: number;
  /** Added waiting time of a request, milliseconds (median). */
  readonly extraMillis: number;
  /** Share of requests answered with 500, 0..1. */
  readonly errorRate: number;
  /** Only clients whose address begins so get them; `''` is everybody. */
  readonly errorsTo: string;
  /** Share of requests whose connection is reset instead of answered, 0..1. */
  readonly resetRate: number;
  /** Share of its own calls that no server can make sense of, 0..1. */
  readonly malformedRate: number;
}

export interface LoadOrder {
  /** User journeys per second, open loop. */
  readonly rate: number;
  /** Journeys at a time; one that finds no room is skipped and counted. */
  readonly concurrency: number;
  /** Stop by itself after so many; `null` runs until told to stop. */
  readonly journeys: number | null;
}

export interface Surge {
  /** Extra requests per second. */
  readonly rate: number;
  readonly path: string;
}

/** A client connection nobody answered on, as its server may have seen it. */
export interface AcceptedQuery {
  readonly addresses: readonly string[];
  readonly port: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type Command =
  | { readonly type: 'behave'; readonly behaviour: Partial<Behaviour> }
  | { readonly type: 'listen'; readonly on: boolean }
  | { readonly type: 'requests-per-connection'; readonly count: number }
  | { readonly type: 'load'; readonly order: LoadOrder }
  | { readonly type: 'surge'; readonly surge: Surge | null }
  | { readonly type: 'stop-load' }
  | { readonly type: 'state' }
  | { readonly type: 'close-idle' }
  | { readonly type: 'ledger' }
  | { readonly type: 'accepted'; readonly queries: readonly AcceptedQuery[] }
  | { readonly type: 'leave' };

export interface Answers {
  behave: null;
  listen: null;
  'requests-per-connection': null;
  load: null;
  surge: null;
  'stop-load': null;
  state: PodState;
  'close-idle': null;
  ledger: PodLedger;
  accepted: readonly boolean[];
  leave: null;
}

export interface PodState {
  /** Requests being served, and journeys under way. */
  readonly inFlight: number;
  readonly clientSockets: number;
  readonly serverSockets: number;
  readonly journeys: Journeys;
}

export interface Journeys {
  readonly running: boolean;
  readonly issued: number;
  readonly skipped: number;
  readonly ended: number;
  /** Journeys in which at least one page was not answered with 200. */
  readonly failed: number;
}

/** Counts of one client pod towards one server, `''` where the protocol does not carry the server's name. */
export interface ClientCounts {
  readonly service: string;
  readonly server: string;
  readonly connections: number;
  readonly requests: number;
  readonly failedRequests: number;
}

/** Connects that never became a connection, by reason, per service. */
export interface ConnectFailures {
  readonly service: string;
  readonly refused: number;
  readonly timedOut: number;
  readonly unreachable: number;
}

/** One connection that was established but never answered: its server is looked up in the accept logs. */
export interface Unanswered {
  readonly service: string;
  readonly localPort: number;
  readonly at: number;
  readonly requests: number;
  readonly failedRequests: number;
}

export interface PodLedger {
  readonly pod: string;
  readonly clients: readonly ClientCounts[];
  readonly connectFailures: readonly ConnectFailures[];
  readonly unanswered: readonly Unanswered[];
  /** As this pod saw it as a server. */
  readonly accepted: number;
  readonly served: readonly { readonly client: string; readonly requests: number; readonly failed: number }[];
}

export type FromPod =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string };

export interface ToPod {
  readonly id: number;
  readonly command: Command;
}
