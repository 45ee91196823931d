import type { NamedFlow } from '../../../enrich/index.ts';
import { EMPTY_HISTOGRAM, type Flow, type Histogram, mergeHistograms } from '../../../probe/index.ts';
import { ends } from './document.ts';
import { endName } from './line.ts';

/** What passed between two names since the summary was last taken. */
export interface SummaryRow {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly opened: number;
  /** Connections that never opened, were reset or timed out. */
  readonly broken: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly retransmits: number;
  readonly bytes: number;
  readonly latency: Histogram;
}

export interface Summary {
  add(named: NamedFlow): void;
  /** The rows since the last call, the busiest first, and what did not fit. */
  take(): { readonly rows: readonly SummaryRow[]; readonly leftOut: number };
}

/** Pairs of addresses kept apart at a time; flows of further ones are counted as left out. */
const MAX_PAIRS = 10_000;

type Sums = { -readonly [K in keyof SummaryRow]: SummaryRow[K] };

interface Pair {
  client: Sums | null;
  server: Sums | null;
}

/**
 * Sums flows by who talks to whom. Where both ends of a conversation are on this machine it is told twice; the client's
 * view stands, the server's only lends its name.
 */
export function createSummary(): Summary {
  let pairs = new Map<string, Pair>();
  let leftOut = 0;

  return {
    add(named) {
      const { flow } = named;
      const { client, server } = ends(flow);
      const key = `${client.ip} ${server.ip} ${server.port}`;
      let pair = pairs.get(key);
      if (pair === undefined) {
        if (pairs.size >= MAX_PAIRS) {
          leftOut++;
          return;
        }
        pair = { client: null, server: null };
        pairs.set(key, pair);
      }
      pair[flow.role] ??= emptyRow(named);
      count(pair[flow.role]!, flow);
    },

    take() {
      const rows = byNames([...pairs.values()].map(combined));
      const taken = { rows: rows.sort(busier), leftOut };
      pairs = new Map();
      leftOut = 0;
      return taken;
    },
  };
}

function emptyRow({ flow, local, remote }: NamedFlow): Sums {
  const [near, far] = [
    endName(local, flow.local, flow.owner?.process),
    endName(remote, flow.peer, undefined),
  ];
  const [client, server] = flow.role === 'client' ? [near, far] : [far, near];
  return {
    client,
    server,
    port: ends(flow).server.port,
    protocol: flow.protocol,
    opened: 0,
    broken: 0,
    requests: 0,
    failedRequests: 0,
    retransmits: 0,
    bytes: 0,
    latency: EMPTY_HISTOGRAM,
  };
}

function count(row: Sums, flow: Flow): void {
  row.protocol = flow.protocol;
  row.opened += flow.opened;
  row.broken += flow.failure === null ? 0 : 1;
  row.requests += flow.requests;
  row.failedRequests += flow.failedRequests;
  row.retransmits += flow.retransmits;
  row.bytes += flow.bytesSent + flow.bytesReceived;
  row.latency = mergeHistograms(row.latency, flow.latency);
}

function combined({ client, server }: Pair): Sums {
  if (client === null) return server!;
  return server === null ? client : { ...client, server: server.server };
}

function byNames(rows: readonly Sums[]): SummaryRow[] {
  const named = new Map<string, Sums>();
  for (const row of rows) {
    const key = `${row.client}\n${row.server}\n${row.port}`;
    const known = named.get(key);
    if (known === undefined) {
      named.set(key, row);
      continue;
    }
    known.opened += row.opened;
    known.broken += row.broken;
    known.requests += row.requests;
    known.failedRequests += row.failedRequests;
    known.retransmits += row.retransmits;
    known.bytes += row.bytes;
    known.latency = mergeHistograms(known.latency, row.latency);
  }
  return [...named.values()];
}

const busier = (a: SummaryRow, b: SummaryRow): number =>
  b.requests - a.requests || b.opened - a.opened || b.bytes - a.bytes || a.client.localeCompare(b.client);
