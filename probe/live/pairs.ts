import type { Address, Role } from '../flow.ts';

/** Connections kept at most; the oldest goes first. */
const MAX_PAIRS = 262_144;
/** How long both ends are kept after the first of them ended: the other may go on for a while. */
const KEEP_HALF_MICROS = 30_000_000;
/** The same where the other was never met: the record of it may come with the next sweep. */
const KEEP_SINGLE_MICROS = 3_000_000;

interface Pair {
  /** Its key leaves some bits of the server's number out. */
  readonly number: number;
  client: Address | null;
  server: Address | null;
  /** Ends that have ended. */
  ended: number;
}

/** A pair to be forgotten. */
interface Due {
  readonly at: number;
  readonly id: number;
  readonly pair: Pair;
}

/**
 * Both ends of the connections this machine sees both ends of, joined by their initial sequence numbers: 64 random bits
 * that no address translation touches.
 */
export interface Pairs {
  add(isn: Isn, role: Role, local: Address): void;
  end(isn: Isn, now: number): void;
  /** The address of the other end as that end itself has it. */
  peer(isn: Isn, role: Role): Address | null;
  expire(now: number): void;
  readonly size: number;
}

export interface Isn {
  readonly client: number;
  readonly server: number;
}

export function createPairs(limit = MAX_PAIRS): Pairs {
  const pairs = new Map<number, Pair>();
  /* Each in the order of its times. Most pairs are over before they are looked at for the first time. */
  let fresh: Due[] = [];
  const single: Due[] = [];
  const half: Due[] = [];
  const forget = ({ id, pair }: Due) => {
    if (pairs.get(id) === pair) pairs.delete(id);
  };
  const forgetUntil = (waiting: Due[], time: number) => {
    const kept = waiting.findIndex(({ at }) => at > time);
    waiting.splice(0, kept < 0 ? waiting.length : kept).forEach(forget);
  };
  return {
    add(isn, role, local) {
      const id = idOf(isn);
      const pair = pairs.get(id);
      if (pair?.number === isn.server) {
        pair[role] = local;
        return;
      }
      const made: Pair = { number: isn.server, client: null, server: null, ended: 0 };
      made[role] = local;
      pairs.set(id, made);
      if (pairs.size > limit) pairs.delete(pairs.keys().next().value!);
    },
    end(isn, now) {
      const id = idOf(isn);
      const pair = pairs.get(id);
      if (pair?.number !== isn.server) return;
      pair.ended++;
      fresh.push({ at: now, id, pair });
    },
    peer(isn, role) {
      const pair = pairs.get(idOf(isn));
      return pair?.number !== isn.server ? null : role === 'client' ? pair.server : pair.client;
    },
    expire(now) {
      for (const due of fresh) {
        const { client, server, ended } = due.pair;
        if (ended > 1) forget(due);
        else (client === null || server === null ? single : half).push(due);
      }
      fresh = [];
      forgetUntil(single, now - KEEP_SINGLE_MICROS);
      forgetUntil(half, now - KEEP_HALF_MICROS);
    },
    get size() {
      return pairs.size;
    },
  };
}

/** The 53 bits a number holds exactly, without making a text: two of the connections of a machine hardly ever share them. */
const idOf = ({ client, server }: Isn) => client * 2 ** 21 + (server >>> 11);
