import type { Address, Role } from '../flow.ts';
import { createPairTable } from './pair-table.ts';
import { createSlotLists } from './slot-lists.ts';

/** Connections kept at most; those that wait for the other end go first, of them the oldest. */
const MAX_PAIRS = 262_144;
/** How long both ends are kept after the first of them ended: the other may go on for a while. */
const KEEP_HALF_MICROS = 30_000_000;
/** The same where the other was never met: the record of it may come with the next sweep. */
const KEEP_SINGLE_MICROS = 3_000_000;

/** What a pair waits for. */
const OPEN = 0;
/** An end of it has just ended: most pairs are over before they are looked at for the first time. */
const FRESH = 1;
const SINGLE = 2;
const HALF = 3;
/** In the order in which pairs are given up for want of room. */
const LISTS = [SINGLE, HALF, FRESH, OPEN] as const;

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
  const table = createPairTable();
  const lists = createSlotLists(LISTS.length, table.capacity);
  /* Addresses by slot, twice: of the client, then of the server. Texts of addresses are shared; '' where it is not known. */
  const ips: string[] = [];
  const ports: number[] = [];
  /** Ends that have ended, and when the last of them did. */
  const ended: number[] = [];
  const endedAt: number[] = [];

  const forget = (slot: number) => {
    lists.remove(slot);
    table.remove(slot);
  };
  const move = (slot: number, list: number) => {
    lists.remove(slot);
    lists.append(list, slot);
  };
  const isWhole = (slot: number) => ips[2 * slot] !== '' && ips[2 * slot + 1] !== '';

  const insert = ({ client, server }: Isn): number => {
    if (table.size >= limit) forget(lists.first(LISTS.find((list) => lists.first(list) >= 0)!));
    const capacity = table.capacity;
    const slot = table.insert(client, server);
    if (table.capacity > capacity) lists.grow(table.capacity);
    ips[2 * slot] = ips[2 * slot + 1] = '';
    ended[slot] = 0;
    lists.append(OPEN, slot);
    return slot;
  };

  return {
    add(isn, role, local) {
      const found = table.find(isn.client, isn.server);
      const slot = found < 0 ? insert(isn) : found;
      const at = role === 'client' ? 2 * slot : 2 * slot + 1;
      ips[at] = local.ip;
      ports[at] = local.port;
    },
    end(isn, now) {
      const slot = table.find(isn.client, isn.server);
      if (slot < 0) return;
      ended[slot]!++;
      endedAt[slot] = now;
      move(slot, FRESH);
    },
    peer(isn, role) {
      const slot = table.find(isn.client, isn.server);
      if (slot < 0) return null;
      const at = role === 'client' ? 2 * slot + 1 : 2 * slot;
      const ip = ips[at]!;
      return ip === '' ? null : { ip, port: ports[at]! };
    },
    expire(now) {
      for (let slot = lists.first(FRESH); slot >= 0; slot = lists.first(FRESH)) {
        if (ended[slot]! > 1) forget(slot);
        else move(slot, isWhole(slot) ? HALF : SINGLE);
      }
      for (let slot = lists.first(SINGLE); slot >= 0; slot = lists.first(SINGLE)) {
        if (endedAt[slot]! > now - KEEP_SINGLE_MICROS) break;
        if (isWhole(slot)) move(slot, HALF);
        else forget(slot);
      }
      for (let slot = lists.first(HALF); slot >= 0; slot = lists.first(HALF)) {
        if (endedAt[slot]! > now - KEEP_HALF_MICROS) break;
        forget(slot);
      }
    },
    get size() {
      return table.size;
    },
  };
}
