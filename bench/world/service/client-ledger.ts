import type { ClientCounts, ConnectFailures, Unanswered } from './protocol.ts';

/** Server of a connection that was answered in a protocol that carries no names. */
export const UNNAMED = '';

/** Running counts of one established connection; the connection itself keeps them up to date. */
export interface ConnectionRecord {
  readonly service: string;
  readonly localPort: number;
  readonly at: number;
  /** `null` until an answer came. */
  server: string | null;
  requests: number;
  failedRequests: number;
}

export type ConnectFailure = 'refused' | 'timedOut' | 'unreachable';

interface Totals {
  connections: number;
  requests: number;
  failedRequests: number;
}

/** What this pod did as a client, exact: every connection is in it once, open or ended. */
export class ClientLedger {
  #open = new Set<ConnectionRecord>();
  #ended = new Map<string, Totals & { service: string; server: string }>();
  #unanswered: Unanswered[] = [];
  #failures = new Map<string, Record<ConnectFailure, number>>();

  established(service: string, localPort: number): ConnectionRecord {
    const record = {
      service,
      localPort,
      at: Date.now(),
      server: null,
      requests: 0,
      failedRequests: 0,
    };
    this.#open.add(record);
    return record;
  }

  ended(record: ConnectionRecord): void {
    if (!this.#open.delete(record)) return;
    if (record.server === null) this.#unanswered.push(withoutServer(record));
    else add(this.#ended, record, record.server);
  }

  failedConnect(service: string, reason: ConnectFailure): void {
    const counts = this.#failures.get(service) ?? { refused: 0, timedOut: 0, unreachable: 0 };
    counts[reason] += 1;
    this.#failures.set(service, counts);
  }

  get openConnections(): number {
    return this.#open.size;
  }

  clients(): ClientCounts[] {
    const all = new Map([...this.#ended].map(([key, totals]) => [key, { ...totals }]));
    for (const record of this.#open) if (record.server !== null) add(all, record, record.server);
    return [...all.values()];
  }

  connectFailures(): ConnectFailures[] {
    return [...this.#failures].map(([service, counts]) => ({ service, ...counts }));
  }

  unanswered(): Unanswered[] {
    const open = [...this.#open].filter((record) => record.server === null).map(withoutServer);
    return [...this.#unanswered, ...open];
  }
}

function add(
  into: Map<string, Totals & { service: string; server: string }>,
  record: ConnectionRecord,
  server: string,
): void {
  const key = `${record.service} ${server}`;
  const totals = into.get(key) ?? {
    service: record.service,
    server,
    connections: 0,
    requests: 0,
    failedRequests: 0,
  };
  totals.connections += 1;
  totals.requests += record.requests;
  totals.failedRequests += record.failedRequests;
  into.set(key, totals);
}

function withoutServer({ service, localPort, at, requests, failedRequests }: ConnectionRecord): Unanswered {
  return { service, localPort, at, requests, failedRequests };
}
