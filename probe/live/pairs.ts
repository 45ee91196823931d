import type { Address, Role } from '../flow.ts';

/** Connections kept at most; the oldest goes first. */
const MAX_PAIRS = 262_144;
/** How long both ends are kept after the first of them ended: the other may be emitted later. */
const KEEP_ENDED_MICROS = 30_000_000;

interface Pair {
  client: Address | null;
  server: Address | null;
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
  const pairs = new Map<string, Pair>();
  const ended: { readonly at: number; readonly id: string; readonly pair: Pair }[] = [];
  return {
    add(isn, role, local) {
      const id = idOf(isn);
      const pair = pairs.get(id);
      if (pair !== undefined) {
        pair[role] = local;
        return;
      }
      pairs.set(id, role === 'client' ? { client: local, server: null } : { client: null, server: local });
      if (pairs.size > limit) pairs.delete(pairs.keys().next().value!);
    },
    end(isn, now) {
      const id = idOf(isn);
      const pair = pairs.get(id);
      if (pair !== undefined) ended.push({ at: now, id, pair });
    },
    peer(isn, role) {
      const pair = pairs.get(idOf(isn));
      return pair === undefined ? null : role === 'client' ? pair.server : pair.client;
    },
    expire(now) {
      const due = ended.findIndex(({ at }) => at > now - KEEP_ENDED_MICROS);
      for (const { id, pair } of ended.splice(0, due < 0 ? ended.length : due)) {
        if (pairs.get(id) === pair) pairs.delete(id);
      }
    },
    get size() {
      return pairs.size;
    },
  };
}

const idOf = ({ client, server }: Isn) => `${client} ${server}`;
