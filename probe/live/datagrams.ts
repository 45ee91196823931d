import type { BpfMap, Ring } from '../bpf-ringbuf-napi/index.js';
import type { Flow, Owner } from '../flow.ts';
import { addAccounts } from './accounts.ts';
import { addressText, readAddress, sameAddress } from './address.ts';
import type { Clock } from './clock.ts';
import {
  NO_TALK,
  type Talk,
  type TalkCounts,
  type TalkSetting,
  talkFlow,
  talkSince,
} from './datagrams-flow.ts';
import {
  CONVERSATION_COMM,
  CONVERSATION_LOCAL,
  CONVERSATION_SIZE,
  conversation,
  DATAGRAM_REMOTE,
  DATAGRAM_SENT,
  DATAGRAM_SIZE,
  datagram,
  KEY_REMOTE,
  KEY_SIZE,
  key,
  SOCKET_CLOSED,
} from './datagrams-layout.ts';
import type { LocalAddresses } from './datagrams-local.ts';
import type { DnsAccount, DnsTracker } from './dns.ts';
import type { Drops } from './drops.ts';
import { processName, type RawOwner } from './identity.ts';
import { ROLE_SERVER } from './layout.ts';
import type { NatView } from './nat.ts';
import { sliceOf } from './slices.ts';
import type { Ended } from './tracker.ts';

export const DNS_PORT = 53;
/** A conversation nothing was said in for this long has ended. */
const IDLE_MICROS = 30_000_000;
/** The same while more than half of the map is taken, and more than three quarters. */
const IDLE_MICROS_BUSY = 5_000_000;
const IDLE_MICROS_FULL = 1_000_000;
/** The kernel writes the time of a datagram before it counts it: what a sweep saw half of, the next looks at again. */
const SETTLED_MICROS = 1_000_000;
/** More than the ring of 1 MiB holds. */
const BATCH_BYTES = 2 << 20;
const RING_HEADER = 8;
/** Flows made before other work of the process gets its turn. */
const BATCH_FLOWS = 1024;

export interface DatagramSources {
  readonly conversations: Pick<BpfMap, 'maxEntries' | 'sweep' | 'lookup' | 'delete'>;
  readonly ring: Pick<Ring, 'drain'>;
  readonly dns: DnsTracker;
  readonly clock: Clock;
  readonly boot: string;
  /** Now, in nanoseconds since boot. */
  monotonicNs(): number;
  readonly addresses: LocalAddresses;
  readonly nat: Pick<NatView, 'peer'>;
  netnsName(netns: number): string | null;
  readonly drops: Pick<Drops, 'since'>;
  /** The kernel hands over what is asked of the name service, and answered. */
  readsNames(): boolean;
  ownerOf(raw: RawOwner): Owner;
}

/** The conversations over UDP of all sockets, as flows. Bounded by the kernel's map. */
export interface Datagrams {
  /** Reads what waits in the ring: names asked for and told, and sockets that were closed. */
  drain(): void;
  /** Reads the map and ends slices at `to`, microseconds since the epoch; in batches, to be taken one after the other. */
  sweep(to: number): Iterable<DatagramBatch>;
  /** Datagrams in flows so far. */
  readonly seen: number;
  /** Messages of the name service read so far. */
  readonly messages: number;
  readonly size: number;
}

export interface DatagramBatch {
  readonly flows: readonly Flow[];
  readonly ends: readonly Ended[];
}

interface Known {
  readonly talk: Talk;
  reported: TalkCounts;
  names: DnsAccount | null;
  drops: Flow['drops'];
  opened: boolean;
}

export function createDatagrams(sources: DatagramSources): Datagrams {
  const { conversations, ring, dns, clock, addresses, nat } = sources;
  const buffer = new Uint8Array(BATCH_BYTES);
  const known = new Map<string, Known>();
  const closed = new Set<number>();
  let lastSweep = clock.now();
  let seen = 0;
  let messages = 0;

  const meet = (id: string, keys: DataView, keyAt: number, view: DataView, base: number): Known => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const met = {
      talk: readTalk(sources, keys, keyAt, view, base),
      reported: NO_TALK,
      names: null,
      drops: [],
      opened: false,
    };
    known.set(id, met);
    return met;
  };

  const setting = ({ netns, role, local, remote, owner, cookie }: Talk, now: number): TalkSetting => {
    const bound = !isUnspecified(local.ip);
    const path = pathOf(sources.netnsName(netns), owner.pid);
    const facing = bound ? local.ip : addresses.facing(netns, path, remote.ip, now);
    const own = facing === null ? addresses.candidates(netns, path, remote.ip, now) : [facing];
    const translated = own
      .map((ip) => ({ ip, peer: nat.peer(role, { ip, port: local.port }, remote) }))
      .find(({ peer }) => peer !== null);
    const peer = translated?.peer ?? remote;
    return {
      boot: sources.boot,
      netnsName: sources.netnsName(netns),
      local: { ip: translated?.ip ?? facing ?? local.ip, port: local.port },
      peer,
      nat: sameAddress(peer, remote) ? 'none' : 'conntrack',
      drops: sources.drops.since(cookie),
      readsNames: sources.readsNames(),
    };
  };

  /** What is new of a conversation; `null` when nothing is. */
  const slice = (id: string, it: Known, counts: TalkCounts, to: number, ended: boolean): Flow | null => {
    const names = it.talk.dns ? (ended ? dns.end(id) : dns.take(id)) : null;
    const more = talkSince(counts, it.reported);
    const said = more.sent + more.received + more.refused > 0;
    if (!said && names === null && !ended) return null;
    const established = counts.received > 0 || counts.refused === 0;
    const opened = established && !it.opened;
    it.opened ||= established;
    it.reported = counts;
    it.names = joined(it.names, names);
    seen += more.sent + more.received;
    const where = setting(it.talk, to);
    it.drops = addDrops(it.drops, where.drops);
    return talkFlow(
      it.talk,
      where,
      more,
      names,
      sliceOf(it.talk.startedAt, lastSweep, Math.max(to, it.talk.startedAt)),
      {
        opened,
        closed: ended && it.opened,
      },
    );
  };

  const whole = (it: Known, last: Flow): Flow => ({
    ...talkFlow(
      it.talk,
      { ...last, drops: it.drops, readsNames: last.basis === 'parsed' },
      it.reported,
      it.names,
      { from: it.talk.startedAt, to: last.to },
      { opened: it.opened, closed: it.opened },
    ),
  });

  const finish = (id: string, it: Known, counts: TalkCounts, to: number): Ended => {
    const increment = slice(id, it, counts, to, true)!;
    known.delete(id);
    return { increment, whole: whole(it, increment) };
  };

  return {
    drain() {
      for (;;) {
        const { bytes, records } = ring.drain(buffer);
        if (records === 0) return;
        messages += readRing(sources, buffer.subarray(0, bytes), closed);
        if (bytes < BATCH_BYTES / 2) return;
      }
    },
    *sweep(to) {
      if (sources.readsNames()) dns.expire(sources.monotonicNs());
      else dns.abandon();
      const { count, keys, values } = conversations.sweep();
      const keyView = viewOf(keys);
      const view = viewOf(values);
      const idle = idleLimit(count, conversations.maxEntries);
      let flows: Flow[] = [];
      let ends: Ended[] = [];
      for (let i = 0; i < count; i++) {
        if (flows.length + ends.length >= BATCH_FLOWS) {
          yield { flows, ends };
          [flows, ends] = [[], []];
        }
        const keyAt = i * KEY_SIZE;
        const base = i * CONVERSATION_SIZE;
        const last = clock.micros(conversation.lastNs(view, base));
        const over = closed.has(key.cookie(keyView, keyAt)) || last < to - idle;
        const isDns =
          key.remotePort(keyView, keyAt) === DNS_PORT || conversation.localPort(view, base) === DNS_PORT;
        if (!over && !isDns && last < lastSweep - SETTLED_MICROS) continue;
        const id = idOf(keyView, keyAt);
        const it = meet(id, keyView, keyAt, view, base);
        if (over) {
          const taken = take(conversations, keys.subarray(keyAt, keyAt + KEY_SIZE));
          if (taken !== null) ends.push(finish(id, it, readTalkCounts(taken, 0), to));
          continue;
        }
        const flow = slice(id, it, readTalkCounts(view, base), to, false);
        if (flow !== null) flows.push(flow);
      }
      closed.clear();
      lastSweep = to;
      yield { flows, ends };
    },
    get seen() {
      return seen;
    },
    get messages() {
      return messages;
    },
    get size() {
      return known.size;
    },
  };
}

/** Read once more and taken out: what came since the sweep is not lost. */
function take(map: DatagramSources['conversations'], of: Uint8Array): DataView | null {
  const value = map.lookup(of);
  map.delete(of);
  return value === null ? null : viewOf(value);
}

function idleLimit(count: number, places: number): number {
  if (count > places * 0.75) return IDLE_MICROS_FULL;
  return count > places * 0.5 ? IDLE_MICROS_BUSY : IDLE_MICROS;
}

/** @returns how many messages of the name service it held */
function readRing({ dns }: DatagramSources, bytes: Uint8Array, closed: Set<number>): number {
  const view = viewOf(bytes);
  let messages = 0;
  for (let at = 0; at + RING_HEADER <= bytes.byteLength; ) {
    const length = view.getUint32(at, true);
    const base = at + RING_HEADER;
    at = base + Math.ceil(length / 8) * 8;
    if (at > bytes.byteLength || length < DATAGRAM_SIZE) break;
    const event = datagram.event(view, base);
    const cookie = datagram.cookie(view, base);
    if (event === SOCKET_CLOSED) {
      closed.add(cookie);
      continue;
    }
    const remote = `${addressText(view, base + DATAGRAM_REMOTE)} ${datagram.remotePort(view, base)}`;
    const role = datagram.role(view, base) === ROLE_SERVER ? 'server' : 'client';
    const captured = Math.min(datagram.captured(view, base), length - DATAGRAM_SIZE);
    dns.feed({
      id: `${cookie} ${remote}`,
      end: role === 'server' ? `${cookie}` : remote,
      role,
      sent: event === DATAGRAM_SENT,
      at: datagram.timeNs(view, base),
      bytes: bytes.subarray(base + DATAGRAM_SIZE, base + DATAGRAM_SIZE + captured),
    });
    messages++;
  }
  return messages;
}

function idOf(keys: DataView, at: number): string {
  return `${key.cookie(keys, at)} ${addressText(keys, at + KEY_REMOTE)} ${key.remotePort(keys, at)}`;
}

function readTalk(
  { clock, ownerOf }: DatagramSources,
  keys: DataView,
  keyAt: number,
  view: DataView,
  base: number,
): Talk {
  const role = conversation.role(view, base) === ROLE_SERVER ? 'server' : 'client';
  const local = readAddress(view, base + CONVERSATION_LOCAL, conversation.localPort(view, base));
  const remote = readAddress(keys, keyAt + KEY_REMOTE, key.remotePort(keys, keyAt));
  return {
    cookie: key.cookie(keys, keyAt),
    netns: conversation.netns(view, base),
    role,
    local,
    remote,
    owner: ownerOf({
      pid: conversation.pid(view, base),
      process: processName(view, base + CONVERSATION_COMM),
      uid: conversation.uid(view, base),
      cgroupId: conversation.cgroupId(view, base),
    }),
    dns: (role === 'server' ? local : remote).port === DNS_PORT,
    startedAt: clock.micros(conversation.firstNs(view, base)),
  };
}

function readTalkCounts(view: DataView, base: number): TalkCounts {
  return {
    bytesSent: conversation.bytesSent(view, base),
    bytesReceived: conversation.bytesReceived(view, base),
    sent: conversation.datagramsSent(view, base),
    received: conversation.datagramsReceived(view, base),
    refused: conversation.refused(view, base),
  };
}

function joined(a: DnsAccount | null, b: DnsAccount | null): DnsAccount | null {
  if (a === null || b === null) return a ?? b;
  return { account: addAccounts(a.account, b.account), repeated: a.repeated + b.repeated };
}

function addDrops(a: Flow['drops'], b: Flow['drops']): Flow['drops'] {
  if (b.length === 0) return a;
  const sums = new Map(a);
  for (const [reason, count] of b) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums];
}

/** By its name where it has one: less is needed to open that than what belongs to another process. */
function pathOf(name: string | null, pid: number): string {
  return name === null ? `/proc/${pid}/ns/net` : `/run/netns/${name}`;
}

const isUnspecified = (ip: string) => ip === '0.0.0.0' || ip === '::';
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
