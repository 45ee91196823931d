import type { BpfMap } from '../bpf-ringbuf-napi/index.js';
import type { Flow, PacketDrops } from '../flow.ts';
import {
  DROP_DEVICE,
  DROP_KEY_SIZE,
  DROP_SIZE,
  drop,
  dropKey,
  SOCKET_DROP_KEY_SIZE,
  SOCKET_DROP_SIZE,
  socketDropCount,
  socketDropKey,
} from './drops-layout.ts';
import type { DropReasons } from './drops-reasons.ts';
import { processName } from './identity.ts';

/** Sockets whose drops are kept; the one that had none for the longest goes first. */
const MAX_SOCKETS = 16_384;
/** How long the drops of a socket that nobody asks for are kept. */
const KEEP_MICROS = 120_000_000;

export interface DropSources {
  readonly drops: Pick<BpfMap, 'sweep'>;
  readonly socketDrops: Pick<BpfMap, 'sweepDelete'>;
  readonly reasons: DropReasons;
  netnsName(netns: number): string | null;
  /** Drops of sockets the kernel has counted since the probe started. */
  counted(): number;
}

/** Packets the kernel dropped: those of each socket as its flows tell them, and all of them by device. */
export interface Drops {
  /** Reads what the kernel has counted of sockets since the last call. */
  refresh(now: number): void;
  /** Of a socket since it was last asked for. */
  since(cookie: number): Flow['drops'];
  /** Of a socket since it was first met. */
  total(cookie: number): Flow['drops'];
  expire(now: number): void;
  /** Of the whole machine since the probe started, the most frequent first. */
  table(): readonly PacketDrops[];
  readonly size: number;
}

interface Counted {
  at: number;
  readonly total: Map<string, number>;
  since: Map<string, number>;
}

const NONE: Flow['drops'] = Object.freeze([]);

/** Where drops are not followed. */
export const NO_DROPS: Pick<Drops, 'since' | 'total' | 'size'> = {
  since: () => NONE,
  total: () => NONE,
  size: 0,
};

export function createDrops(sources: DropSources): Drops {
  const { reasons, netnsName } = sources;
  const sockets = new Map<number, Counted>();
  let read = 0;

  const countedOf = (cookie: number, now: number): Counted => {
    const found = sockets.get(cookie) ?? { at: now, total: new Map(), since: new Map() };
    found.at = now;
    sockets.delete(cookie);
    sockets.set(cookie, found);
    if (sockets.size > MAX_SOCKETS) sockets.delete(sockets.keys().next().value!);
    return found;
  };

  return {
    refresh(now) {
      const counted = sources.counted();
      if (counted === read) return;
      read = counted;
      const { count, keys, values } = sources.socketDrops.sweepDelete();
      const [keyView, view] = [viewOf(keys), viewOf(values)];
      for (let i = 0; i < count; i++) {
        const at = i * SOCKET_DROP_KEY_SIZE;
        const { total, since } = countedOf(socketDropKey.cookie(keyView, at), now);
        const reason = reasons.nameOf(socketDropKey.reason(keyView, at));
        const more = socketDropCount(view, i * SOCKET_DROP_SIZE);
        for (const sums of [total, since]) sums.set(reason, (sums.get(reason) ?? 0) + more);
      }
    },
    since(cookie) {
      const found = sockets.get(cookie);
      if (found === undefined || found.since.size === 0) return NONE;
      const drops = [...found.since];
      found.since = new Map();
      return drops;
    },
    total(cookie) {
      const found = sockets.get(cookie);
      return found === undefined ? NONE : [...found.total];
    },
    expire(now) {
      for (const [cookie, { at }] of sockets) {
        if (at > now - KEEP_MICROS) return;
        sockets.delete(cookie);
      }
    },
    table() {
      const { count, keys, values } = sources.drops.sweep();
      const [keyView, view] = [viewOf(keys), viewOf(values)];
      const names = new Map<string, string>();
      const rows = Array.from({ length: count }, (_, i) => {
        const [at, base] = [i * DROP_KEY_SIZE, i * DROP_SIZE];
        const netns = dropKey.netns(keyView, at);
        const ifindex = dropKey.ifindex(keyView, at);
        const name = processName(view, base + DROP_DEVICE);
        if (name !== '') names.set(`${netns} ${ifindex}`, name);
        return { netns, ifindex, reason: dropKey.reason(keyView, at), count: drop.count(view, base) };
      });
      return rows
        .map(({ netns, ifindex, reason, count }) => ({
          netns,
          netnsName: netnsName(netns),
          device: ifindex === 0 ? null : (names.get(`${netns} ${ifindex}`) ?? `if${ifindex}`),
          reason: reasons.nameOf(reason),
          count,
        }))
        .sort((a, b) => b.count - a.count);
    },
    get size() {
      return sockets.size;
    },
  };
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
