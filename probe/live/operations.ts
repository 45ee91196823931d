import type { Operation } from '../flow.ts';
import { merge } from '../histogram.ts';

/** What every operation beyond a bound is called. */
export const OTHER = 'other';
/** Names of one server end at the same time: as many rows as an hour of one edge may have in the store. */
export const MAX_NAMES = 64;
/** Operations one flow tells apart. */
export const MAX_OPERATIONS = 16;

/**
 * The operations a server end is asked for: the first 64 names that were used lately. Names that a parser could not fold
 * (words instead of numbers in a path) so take their places away from no more than a while.
 */
export interface Names {
  /** The name to count an operation under. */
  admit(name: string): string;
  /** Forgets names not used since the last call but one. */
  age(): void;
  readonly size: number;
  /** Requests that were counted as `other`. */
  readonly folded: number;
}

export function createNames(limit = MAX_NAMES): Names {
  let recent = new Set<string>();
  let older = new Set<string>();
  let folded = 0;
  return {
    admit(name) {
      if (recent.has(name)) return name;
      if (older.delete(name) || recent.size + older.size < limit) {
        recent.add(name);
        return name;
      }
      folded++;
      return OTHER;
    },
    age() {
      older = recent;
      recent = new Set();
    },
    get size() {
      return recent.size + older.size;
    },
    get folded() {
      return folded;
    },
  };
}

/** The most frequent first, one for each name, at most `limit` with the others folded into `other`. Sums stay exact. */
export function topOperations(all: readonly Operation[], limit = MAX_OPERATIONS): readonly Operation[] {
  if (all.length < 2) return all;
  const byName = new Map<string, Operation>();
  for (const operation of all) {
    const known = byName.get(operation.name);
    byName.set(
      operation.name,
      known === undefined ? operation : together(operation.name, [known, operation]),
    );
  }
  const sorted = [...byName.values()].sort((a, b) => b.requests - a.requests);
  if (sorted.length <= limit) return sorted;
  const named = sorted.filter(({ name }) => name !== OTHER);
  const rest = [...named.slice(limit - 1), ...sorted.filter(({ name }) => name === OTHER)];
  return [...named.slice(0, limit - 1), together(OTHER, rest)];
}

function together(name: string, operations: readonly Operation[]): Operation {
  const statuses = new Map<number, number>();
  for (const [status, count] of operations.flatMap((operation) => operation.statuses)) {
    statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  return {
    name,
    requests: operations.reduce((sum, { requests }) => sum + requests, 0),
    failed: operations.reduce((sum, { failed }) => sum + failed, 0),
    statuses: [...statuses],
    latency: merge(...operations.map(({ latency }) => latency)),
  };
}
