import type { Histogram } from './histogram.ts';

/** One end of a socket as text: IPv4 dotted (v4-mapped IPv6 is unwrapped), IPv6 in RFC 5952 form. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

export type Role = 'client' | 'server';

/** Which source gave the translated remote of a flow; `none` when nothing translated it. */
export type NatSource = 'none' | 'connect' | 'packet' | 'conntrack' | 'peer';

/** Why a connection never opened, or ended before its time. */
export type Failure = 'refused' | 'timeout' | 'reset' | 'unreachable';

export type Transport = 'tcp' | 'udp';

/** What is spoken on a connection; the name of the transport where it was not recognised. */
export type Protocol =
  | Transport
  | 'tls'
  | 'http'
  | 'http2'
  | 'grpc'
  | 'postgres'
  | 'mysql'
  | 'redis'
  | 'kafka'
  | 'dns';

/**
 * How the requests of a flow were counted: read from the payload, taken from the alternation of sends and receives, or not
 * at all (only the connection is counted).
 */
export type Basis = 'parsed' | 'turns' | 'connection';

/**
 * One kind of request, e.g. `GET /cart/{id}`, `SELECT orders`, `A shop.example`: a template without any value of the request.
 * Kinds beyond a bound are folded into `other`.
 */
export interface Operation {
  readonly name: string;
  readonly requests: number;
  readonly failed: number;
  /** All answers by status of the protocol, failed or not. */
  readonly statuses: readonly (readonly [status: number, count: number])[];
  readonly latency: Histogram;
}

/** The process an end belongs to, recorded where the kernel's `current` was that process. */
export interface Owner {
  readonly pid: number;
  readonly process: string;
  readonly uid: number;
  /** Inode number of the cgroup v2 directory, as text (64 bits). */
  readonly cgroupId: string;
  /** Path below the cgroup v2 mount, `''` when it was gone before it could be read. */
  readonly cgroup: string;
}

/**
 * Connections between the same two processes that opened and ended well within one slice, seen at both ends by one probe, and
 * told together: one flow for all their client's ends, followed by one for all their server's ends. What they have in common
 * stands in the flow, with port 0 for the client's, the sums of their counts, and the mean of their ages; `isn`,
 * `connectMicros` and `rttMicros` are in the histograms here.
 */
export interface Brief {
  /** The same at both flows, and only there. */
  readonly pair: number;
  readonly connections: number;
  /** Of the client's ends: from connect to established. */
  readonly connect: Histogram;
  /** Smoothed round trip at the end of each. */
  readonly rtt: Histogram;
}

/**
 * What one end saw of one conversation in one slice of time (at most a sweep long, never across a 10 s window).
 * All counts are increments since the previous slice of the same socket; times are microseconds since the epoch.
 */
export interface Flow {
  /** Kernel boot id, network namespace inode and socket cookie are the key of the socket. */
  readonly boot: string;
  readonly netns: number;
  readonly cookie: string;
  /** Name under /run/netns, `null` for a namespace without one. */
  readonly netnsName: string | null;
  readonly role: Role;
  readonly transport: Transport;
  readonly protocol: Protocol;
  /** As the socket has them. */
  readonly local: Address;
  readonly remote: Address;
  /** What the process asked connect(2) for; `null` on the server side and for sockets older than the probe. */
  readonly asked: Address | null;
  /** The remote end behind any NAT; equals `remote` when nothing translated it. */
  readonly peer: Address;
  readonly nat: NatSource;
  /** Initial sequence numbers (the client's, the server's): one key for both ends through any NAT. */
  readonly isn: { readonly client: number; readonly server: number } | null;
  readonly owner: Owner | null;
  readonly from: number;
  readonly to: number;
  /** True when the connection was open before the probe was attached. */
  readonly preexisting: boolean;
  /** Set where the flow stands for several connections. */
  readonly brief?: Brief;
  /**
   * State changes inside the slice: 0 or 1 each, or as many as connections are told together (`brief`). Both count established connections only: a connection that failed to open
   * has a `failure` and neither; one that was reset or timed out later has a `failure` and `closed`.
   */
  readonly opened: number;
  readonly closed: number;
  /** Set in the slice in which the connection failed to open, or was reset. */
  readonly failure: Failure | null;
  readonly resetBy: Role | null;
  /** Microseconds from connect to established (client only), in the slice that saw it open. */
  readonly connectMicros: number | null;
  /** Age of the connection at `to`. */
  readonly durationMicros: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  readonly retransmits: number;
  /** Times the other end had no room for more data. */
  readonly zeroWindows: number;
  /** Packets of this socket that the kernel dropped here, by its name of the reason. */
  readonly drops: readonly (readonly [reason: string, count: number])[];
  /** Smoothed and minimal round trip at `to`; `null` before the first sample. */
  readonly rttMicros: number | null;
  readonly minRttMicros: number | null;
  readonly basis: Basis;
  /** Requests answered in the slice, plus a request left unanswered when the connection ended. */
  readonly requests: number;
  /** HTTP 5xx, Redis errors, and the unanswered one. */
  readonly failedRequests: number;
  /**
   * Failed requests by protocol status (HTTP status; 0 = unanswered; 1 = protocol error). The kernel keeps four statuses
   * of one connection; more are counted in `failedRequests` alone. Ascending.
   */
  readonly statuses: readonly (readonly [status: number, count: number])[];
  /** Requests of these that have no latency: one-way, long polls, blocking and streaming calls. */
  readonly untimed: number;
  /** Only of parsed requests, the most frequent first. */
  readonly operations: readonly Operation[];
  /** Client: first byte sent to first byte read. Server: `wait` + `service`; `service` alone where the wait is not known. */
  readonly latency: Histogram;
  /** Server only: arrival of the request to its first read, of those whose arrival is known. */
  readonly wait: Histogram;
  /** Server only: first read to first byte of the answer. */
  readonly service: Histogram;
  /**
   * Client only, where the other end is probed too: what remains of sampled requests between both ends, there and back,
   * when the wait and the service of the server are taken off.
   */
  readonly network: Histogram;
}

/** How much of something bounded is in use at a time. */
export interface Gauge {
  /**
   * Connections a listening socket has ready and nobody accepted; local ports in use from one address towards one port of a server;
   * entries of the connection tracking of a network namespace.
   */
  readonly kind: 'accept queue' | 'local ports' | 'connection tracking';
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly netns: number;
  /** Name under /run/netns, `null` for a namespace without one. */
  readonly netnsName: string | null;
  /** The listening address, or that of the client with port 0; `null` for a whole namespace. */
  readonly local: Address | null;
  /** The server towards which ports are in use. */
  readonly remote: Address | null;
  /** Who listens, or somebody of the namespace where nothing else names it. */
  readonly owner: Owner | null;
  readonly used: number;
  readonly limit: number;
  /** Of the ports, those of connections that have ended (TIME_WAIT), whether or not they count as used. */
  readonly ended: number;
}

/** What came to one stage of the probe: `made` = `seen` + `lost`. */
export interface Passed {
  readonly made: number;
  readonly seen: number;
  readonly lost: number;
}

/** Packets dropped at one device of one network namespace for one reason since the probe started. */
export interface PacketDrops {
  readonly netns: number;
  /** Name under /run/netns, `null` for a namespace without one. */
  readonly netnsName: string | null;
  /** `null` where the packet was at no device. */
  readonly device: string | null;
  /** The kernel's own name of it, as `NETFILTER_DROP`. */
  readonly reason: string;
  readonly count: number;
}

/** Exact counters since the probe started; made = seen + lost holds at every stage. */
export interface ProbeCounters {
  /** Sockets the kernel programs met. */
  readonly sockets: number;
  /** Events sent to the ring, and refused by it because it was full (each recovered later from the map by a sweep). */
  readonly ringRecords: number;
  readonly ringFull: number;
  /** Ended connections that a sweep took from the map, because the ring had refused them. */
  readonly ringRecovered: number;
  /**
   * Ended connections whose end no kernel program saw: the kernel skips one that would interrupt itself. They are told seconds
   * later, when their sockets are found to be gone, as having ended then and well.
   */
  readonly endsUnseen: number;
  /** Sockets that could not be tracked because the map was full: these are lost. */
  readonly mapFull: number;
  /** Requests counted without their latency, because the kernel had no room for another table of them. */
  readonly latenciesLost: number;
  /** How much is looked at now, and seconds spent at each level; the probe steps down by itself when it costs too much. */
  readonly level: 'payload' | 'turns' | 'connections';
  readonly levelSeconds: Readonly<Record<ProbeCounters['level'], number>>;
  /**
   * Pieces of payload: made in the kernel, read here, refused by a full ring (their connections are told from turns for that
   * time), and longer than what is captured of one.
   */
  readonly chunks: {
    readonly made: number;
    readonly seen: number;
    readonly lost: number;
    readonly cut: number;
  };
  /**
   * Connections whose payload was looked at: read, of those in doubt at some time, in no known protocol, and given up for want
   * of room.
   */
  readonly conversations: {
    readonly parsed: number;
    readonly doubtful: number;
    readonly unrecognised: number;
    readonly folded: number;
  };
  /** Calls of a TLS library with clear text whose connection is not known: their requests are told from turns. */
  readonly clearUntied: number;
  /**
   * Halves of sampled requests offered by either end here: made = 2 x matched + lonely + those that wait for their other end;
   * matches whose times did not add up are counted as 0 and here.
   */
  readonly network: {
    readonly made: number;
    readonly matched: number;
    readonly lonely: number;
    readonly negative: number;
  };
  /** Times the conntrack sockets overflowed and were read again from scratch. */
  readonly conntrackOverflows: number;
  /**
   * Datagrams sent and received over UDP: all, those in flows so far, and those whose conversation found no place in the map.
   * What is neither seen nor lost waits for the next sweep.
   */
  readonly datagrams: Passed;
  /** Messages of the name service: all that were made, those read, and those their ring refused because it was full. */
  readonly nameMessages: Passed;
  /**
   * Packets the kernel dropped, and those of them that belong to a socket; each time how many there were and how many of
   * them found no place in their table.
   */
  readonly drops: {
    readonly packets: number;
    readonly packetsUnplaced: number;
    readonly ofSockets: number;
    readonly ofSocketsUnplaced: number;
  };
  /** Connections lost for good, from all causes. */
  readonly lost: number;
}

/** One optional part of the probe: whether it runs, and what is missing without it. */
export interface Feature {
  readonly name: string;
  readonly state: 'on' | 'off' | 'fallback';
  /** Why it is not on, in one sentence; `''` when it is. */
  readonly reason: string;
  /** What the user loses while it is off; of a fallback, what it does not do. */
  readonly lost: string;
  /** What does it: the place in the kernel, or whatever stands in. */
  readonly by?: string;
}
