import type { EdgeReader } from '../../graph/index.ts';
import type { Ledger } from '../world/index.ts';

/** Counts of one (client pod, server, port), by the one side or the other. */
export interface Line {
  readonly connections: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly failedConnects: number;
}

/** Lines by `client server port`. The server is a pod, or `service:NAME` for what never reached a pod. */
export type Lines = Readonly<Record<string, Line>>;

const NONE: Line = { connections: 0, requests: 0, failedRequests: 0, failedConnects: 0 };

/** What the edge table holds of a period, in the ledger's grain. */
export async function linesOfTable(reader: EdgeReader): Promise<Lines> {
  const range = await reader.range();
  if (range === null) return {};
  const book = new Map<string, Line>();
  for (const { client, server, port, counts } of await reader.leaves(range)) {
    const from = client.tags.pod ?? `unnamed:${client.tags.address ?? client.tags.process ?? '?'}`;
    const to = server.tags.pod ?? `unnamed:${server.tags.service ?? server.tags.address ?? '?'}`;
    add(book, `${from} ${to} ${port}`, {
      connections: counts.opened,
      requests: counts.requests,
      failedRequests: counts.failedRequests,
      failedConnects: counts.refused + counts.timedOut + counts.unreachable,
    });
  }
  return sorted(book);
}

/** The same from the services' own ledger. */
export function linesOfLedger(ledger: Ledger): Lines {
  const book = new Map<string, Line>();
  for (const entry of ledger.entries) {
    const { connections, requests, failedRequests, failedConnects } = entry;
    const server = entry.server ?? `service:${entry.service}`;
    add(book, `${entry.client} ${server} ${entry.port}`, {
      connections,
      requests,
      failedRequests,
      failedConnects,
    });
  }
  return sorted(book);
}

export function sumOfLines(lines: Lines): Line {
  return Object.values(lines).reduce(plus, NONE);
}

function add(book: Map<string, Line>, key: string, line: Line): void {
  const sum = plus(book.get(key) ?? NONE, line);
  if (Object.values(sum).some((count) => count > 0)) book.set(key, sum);
}

function plus(a: Line, b: Line): Line {
  return {
    connections: a.connections + b.connections,
    requests: a.requests + b.requests,
    failedRequests: a.failedRequests + b.failedRequests,
    failedConnects: a.failedConnects + b.failedConnects,
  };
}

function sorted(book: ReadonlyMap<string, Line>): Lines {
  return Object.fromEntries([...book].sort(([a], [b]) => (a < b ? -1 : 1)));
}
