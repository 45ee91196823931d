import type { Ledger, LedgerEntry } from '../index.ts';

/** What the ledger gained since an earlier reading. */
export function since(before: Ledger, after: Ledger): LedgerEntry[] {
  const key = ({ client, service, server }: LedgerEntry): string => `${client} ${service} ${server}`;
  const old = new Map(before.entries.map((entry) => [key(entry), entry]));
  return after.entries.map((entry) => {
    const then = old.get(key(entry));
    return {
      ...entry,
      connections: entry.connections - (then?.connections ?? 0),
      requests: entry.requests - (then?.requests ?? 0),
      failedRequests: entry.failedRequests - (then?.failedRequests ?? 0),
      refused: entry.refused - (then?.refused ?? 0),
      timedOut: entry.timedOut - (then?.timedOut ?? 0),
    };
  });
}

export const total = (
  entries: readonly LedgerEntry[],
  field: 'connections' | 'requests' | 'failedRequests' | 'refused' | 'timedOut',
): number => entries.reduce((sum, entry) => sum + entry[field], 0);
