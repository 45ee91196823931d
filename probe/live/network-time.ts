import type { Role } from '../flow.ts';
import { EMPTY, type Histogram, total } from '../histogram.ts';
import type { Isn } from './pairs.ts';
import { addMicros, type Tally } from './tally.ts';

/** Halves waiting for their other end at most; the oldest goes first. */
const MAX_WAITING = 16_384;
/** Clients with matched requests that no flow has told yet. */
const MAX_READY = 65_536;
/** How long a half waits, at least: the other end is read within a sweep, or never. */
const KEEP_MICROS = 5_000_000;
/** One request in this many is matched, the same ones at both ends. */
export const SHARE = 8;

/** Where in a connection a request begins: the same at both ends, through any translation. */
export interface Place {
  readonly isn: Isn;
  readonly offset: number;
}

/** Exact since the probe started: made = matched x 2 + lonely + those that wait. */
export interface NetworkCounters {
  /** Halves that were offered, of either end. */
  readonly made: number;
  readonly matched: number;
  /** Matches whose times did not add up: counted as 0. */
  readonly negative: number;
  /** Halves whose other end never came. */
  readonly lonely: number;
  /** Matches that came after the client's last flow. */
  readonly late: number;
}

/**
 * What remains of a request when the wait and the service of the server are taken off what the client saw: the time on the
 * network, there and back. Both ends must be on this machine; each offers its half of the same requests.
 */
export interface NetworkTime {
  /** @param seenNs client: question to answer; server: arrival of the question to its answer */
  offer(role: Role, place: Place, cookie: number, seenNs: number): void;
  /** Counts requests that were matched without being offered. */
  count(matched: number, negative: number): void;
  has(cookie: number): boolean;
  /** What was matched for this client since the last call. */
  take(cookie: number): Histogram;
  expire(now: number): void;
  readonly counters: NetworkCounters;
}

interface Half {
  readonly role: Role;
  readonly cookie: number;
  readonly seenNs: number;
}

export function createNetworkTime(limit = MAX_WAITING): NetworkTime {
  let recent = new Map<string, Half>();
  let older = new Map<string, Half>();
  const ready = new Map<number, Tally>();
  let unclaimed: ReadonlyMap<number, Tally> = new Map();
  const counters = { made: 0, matched: 0, negative: 0, lonely: 0, late: 0 };
  let agedAt = 0;

  const matched = (client: Half, server: Half) => {
    counters.matched++;
    const micros = (client.seenNs - server.seenNs) / 1000;
    if (micros < 0) counters.negative++;
    if (!ready.has(client.cookie) && ready.size >= MAX_READY) counters.late++;
    else ready.set(client.cookie, addMicros(ready.get(client.cookie) ?? null, micros));
  };

  return {
    offer(role, { isn, offset }, cookie, seenNs) {
      counters.made++;
      const id = `${isn.client} ${isn.server} ${offset}`;
      const half: Half = { role, cookie, seenNs };
      const waits = recent.get(id) ?? older.get(id);
      if (waits === undefined) {
        recent.set(id, half);
        if (recent.size + older.size <= limit) return;
        const from = older.size > 0 ? older : recent;
        from.delete(from.keys().next().value!);
        counters.lonely++;
        return;
      }
      if (waits.role === role) {
        /* The kernel and a parser may both tell of one request. */
        counters.lonely++;
        return;
      }
      recent.delete(id);
      older.delete(id);
      if (role === 'client') matched(half, waits);
      else matched(waits, half);
    },
    count(pairs, negative) {
      counters.made += 2 * pairs;
      counters.matched += pairs;
      counters.negative += negative;
    },
    has: (cookie) => ready.size > 0 && ready.has(cookie),
    take(cookie) {
      if (ready.size === 0) return EMPTY;
      const tally = ready.get(cookie);
      if (tally === undefined) return EMPTY;
      ready.delete(cookie);
      return tally;
    },
    expire(now) {
      if (now - agedAt < KEEP_MICROS) return;
      agedAt = now;
      counters.lonely += older.size;
      older = recent;
      recent = new Map();
      /* Clients that live are asked every second: these have ended before. */
      for (const [cookie, tally] of unclaimed) {
        if (ready.get(cookie) !== tally) continue;
        ready.delete(cookie);
        counters.late += total(tally);
      }
      unclaimed = new Map(ready);
    },
    get counters() {
      return counters;
    },
  };
}

/** Whether both ends look at this request. */
export function isChosen({ isn, offset }: Place): boolean {
  let hash = Math.imul(isn.client ^ Math.imul(isn.server, 0x9e37_79b1), 0x85eb_ca6b) ^ offset;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 13)) >>> 0) % SHARE === 0;
}
