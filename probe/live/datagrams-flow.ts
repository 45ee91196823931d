import type { Address, Flow, NatSource, Owner, Role } from '../flow.ts';
import { EMPTY } from '../histogram.ts';
import type { DnsAccount } from './dns.ts';
import type { Slice } from './slices.ts';

/** What never changes about a conversation. */
export interface Talk {
  readonly cookie: number;
  readonly netns: number;
  readonly role: Role;
  readonly local: Address;
  readonly remote: Address;
  readonly owner: Owner;
  /** Names are asked for or told: port 53. */
  readonly dns: boolean;
  readonly startedAt: number;
}

/** What of it only grows. */
export interface TalkCounts {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly sent: number;
  readonly received: number;
  readonly refused: number;
}

export const NO_TALK: TalkCounts = { bytesSent: 0, bytesReceived: 0, sent: 0, received: 0, refused: 0 };

/** Increments; the two of 32 bits may wrap. */
export function talkSince(now: TalkCounts, before: TalkCounts): TalkCounts {
  return {
    bytesSent: now.bytesSent - before.bytesSent,
    bytesReceived: now.bytesReceived - before.bytesReceived,
    sent: (now.sent - before.sent) >>> 0,
    received: (now.received - before.received) >>> 0,
    refused: (now.refused - before.refused) >>> 0,
  };
}

/** What the surroundings say of a conversation. */
export interface TalkSetting {
  readonly boot: string;
  readonly netnsName: string | null;
  /** The local end, where the socket itself is bound to no address. */
  readonly local: Address;
  readonly peer: Address;
  readonly nat: NatSource;
  readonly drops: Flow['drops'];
  /** Questions and answers of the name service are read. */
  readonly readsNames: boolean;
}

/**
 * A slice of a conversation as a flow: segments are datagrams, and it opens with its first and closes when the socket
 * does, or when it has been idle. One that was refused and never heard of its other end has failed to open.
 */
export function talkFlow(
  talk: Talk,
  setting: TalkSetting,
  counts: TalkCounts,
  names: DnsAccount | null,
  slice: Slice,
  life: { readonly opened: boolean; readonly closed: boolean },
): Flow {
  return {
    boot: setting.boot,
    netns: talk.netns,
    cookie: String(talk.cookie),
    netnsName: setting.netnsName,
    role: talk.role,
    transport: 'udp',
    protocol: talk.dns ? 'dns' : 'udp',
    local: setting.local,
    remote: talk.remote,
    asked: talk.role === 'client' ? talk.remote : null,
    peer: setting.peer,
    nat: setting.nat,
    isn: null,
    owner: talk.owner,
    from: slice.from,
    to: slice.to,
    preexisting: false,
    opened: life.opened ? 1 : 0,
    closed: life.closed ? 1 : 0,
    failure: counts.refused > 0 ? 'refused' : null,
    resetBy: null,
    connectMicros: null,
    durationMicros: slice.to - talk.startedAt,
    bytesSent: counts.bytesSent,
    bytesReceived: counts.bytesReceived,
    segmentsSent: counts.sent,
    segmentsReceived: counts.received,
    retransmits: names?.repeated ?? 0,
    zeroWindows: 0,
    drops: setting.drops,
    rttMicros: null,
    minRttMicros: null,
    ...(names?.account ?? {
      ...NO_REQUESTS,
      basis: talk.dns && setting.readsNames ? 'parsed' : 'connection',
    }),
    network: EMPTY,
  };
}

const NO_REQUESTS = {
  requests: 0,
  failedRequests: 0,
  statuses: [],
  untimed: 0,
  operations: [],
  latency: EMPTY,
  wait: EMPTY,
  service: EMPTY,
} as const;
