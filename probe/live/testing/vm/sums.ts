import type { Flow } from '../../../flow.ts';
import { total } from '../../../histogram.ts';

/** What a client wrote down of one connection; only `error` of one that never opened. */
export interface Whole {
  readonly answered?: number;
  readonly failed?: number;
  readonly sent?: number;
  readonly received?: number;
  readonly error: string | null;
}

/** Sums over the connections of a client's books. */
export interface Books {
  readonly connections: number;
  readonly answered: number;
  readonly failed: number;
  readonly sent: number;
  readonly received: number;
  readonly errors: Counts;
}

/** Sums over flows of whole connections. */
export interface Ends {
  readonly connections: number;
  readonly opened: number;
  readonly closed: number;
  readonly preexisting: number;
  readonly owned: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Requests with a latency, and those with a waiting and a service time. */
  readonly timed: number;
  readonly waits: number;
  readonly services: number;
  readonly failures: Counts;
  readonly resetBy: Counts;
  readonly protocols: Counts;
  readonly statuses: Counts;
  readonly translations: Counts;
}

export type Counts = Readonly<Record<string, number>>;

export function sumBooks(books: readonly Whole[]): Books {
  const sum = (field: 'answered' | 'failed' | 'sent' | 'received') =>
    books.reduce((so, book) => so + (book[field] ?? 0), 0);
  return {
    connections: books.length,
    answered: sum('answered'),
    failed: sum('failed'),
    sent: sum('sent'),
    received: sum('received'),
    errors: countBy(books.map(({ error }) => [error, 1])),
  };
}

export function sumEnds(flows: readonly Flow[]): Ends {
  const sum = (value: (flow: Flow) => number) => flows.reduce((so, flow) => so + value(flow), 0);
  const count = (value: (flow: Flow) => string | null) => countBy(flows.map((flow) => [value(flow), 1]));
  return {
    connections: flows.length,
    opened: sum(({ opened }) => opened),
    closed: sum(({ closed }) => closed),
    preexisting: sum(({ preexisting }) => Number(preexisting)),
    owned: sum(({ owner }) => Number(owner !== null && owner.pid > 0)),
    requests: sum(({ requests }) => requests),
    failedRequests: sum(({ failedRequests }) => failedRequests),
    bytesSent: sum(({ bytesSent }) => bytesSent),
    bytesReceived: sum(({ bytesReceived }) => bytesReceived),
    timed: sum(({ latency }) => total(latency)),
    waits: sum(({ wait }) => total(wait)),
    services: sum(({ service }) => total(service)),
    failures: count(({ failure }) => failure),
    resetBy: count(({ resetBy }) => resetBy),
    protocols: count(({ protocol }) => protocol),
    statuses: countBy(flows.flatMap(({ statuses }) => statuses.map(([status, n]) => [String(status), n]))),
    translations: count(({ nat }) => nat),
  };
}

/** Without those that have no name. */
function countBy(named: readonly (readonly [name: string | null, count: number])[]): Counts {
  const counts: Record<string, number> = {};
  for (const [name, count] of named) if (name !== null) counts[name] = (counts[name] ?? 0) + count;
  return counts;
}
