import type { Claim } from '../table/claims.ts';
import type { PodRecord } from '../table/pod-record.ts';
import type { Pods } from '../table/pods.ts';

/** The API tells of a pod's address up to this much after it changed hands (about 0.5 s was measured). */
const LAG_MICROS = 2_000_000;

/** The times of a conversation that matter for who held its address. */
export interface Times {
  /** Begin and end of the slice, and when the connection was opened; microseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly opened: number;
}

/**
 * The pod at the end of a conversation at an address of its own; `null` when it was no pod's, a list when several cannot
 * be told apart. A connection never changes hands: one that was opened to a pod is that pod's to its end, even when the address
 * is another's by then.
 */
export function holdersOf(
  pods: Pods,
  ip: string,
  { from, to, opened }: Times,
): PodRecord | null | readonly PodRecord[] {
  const now = own(pods.claims.at(ip, to));
  const [current] = now;
  if (now.length > 1) return now.map(({ holder }) => holder);
  if (current !== undefined && current.from <= opened) return current.holder;
  const then = own(pods.claims.at(ip, opened));
  const [first] = then;
  if (current === undefined) {
    const known = then.length > 0 ? then : own(pods.claims.at(ip, from));
    return known.length > 1 ? known.map(({ holder }) => holder) : (known[0]?.holder ?? null);
  }
  // Older than the claim: the API was late, or the connection is older than what is known.
  if (first === undefined || first.holder === current.holder) return current.holder;
  if (then.length === 1 && opened + LAG_MICROS < first.to) return first.holder;
  return [...new Set([...then, current].map(({ holder }) => holder))];
}

const own = (claims: readonly Claim<PodRecord>[]): readonly Claim<PodRecord>[] =>
  claims.length === 0 || (claims.length === 1 && !claims[0]!.shared)
    ? claims
    : claims.filter(({ shared }) => !shared);
