import type { NamedFlow } from '../enrich/index.ts';
import {
  addressesOf,
  agreeingHalves,
  type End,
  isNewConnection,
  mayBePeers,
  meetingKeys,
  newEnd,
  socketKey,
} from './end.ts';

export interface MeetingLimits {
  /** Ends known at once; about 500 bytes each. */
  readonly maxEnds: number;
  /** How long two ends are kept after both said that their connection is over, microseconds. */
  readonly settleMicros: number;
  /** How long an end alone is kept after its connection is over: its peer may be slow to show up. */
  readonly lingerMicros: number;
  /** How long an open connection may be silent before it is forgotten, microseconds. */
  readonly idleMicros: number;
}

export const MEETING_LIMITS: MeetingLimits = {
  maxEnds: 100_000,
  settleMicros: 2_000_000,
  lingerMicros: 30_000_000,
  idleMicros: 600_000_000,
};

/** Part of the table that is given up at once when it is full, so that making room is cheap on average. */
const EVICTED_SHARE = 1 / 16;

/** Ends of one role under one key; more cannot be told apart anyway, and only a hostile agent sends them. */
const MAX_SAME_KEY = 8;

export interface MeetingEvents {
  /** Two ends turned out to be those of one connection. */
  met(end: End, peer: End): void;
  /** An end is about to be forgotten: it is over, silent, or in the way (`evicted`). */
  leaving(end: End, evicted: boolean): void;
}

/** Knows the ends that were seen, and brings the two of one connection together. */
export interface Meeting {
  /** The end a slice belongs to, with its peer if that was seen. */
  endOf(named: NamedFlow, now: number): End;
  forget(end: End): void;
  /** Forgets what has been over or silent for long enough. */
  expire(now: number): void;
  readonly size: number;
}

export function createMeeting(limits: MeetingLimits, events: MeetingEvents): Meeting {
  const ends = new Set<End>();
  const bySocket = new Map<string, End>();
  const alone = new Map<string, End[]>();

  const leaveAlone = (end: End): void => {
    for (const key of end.meets) {
      const rest = (alone.get(key) ?? []).filter((other) => other !== end);
      if (rest.length === 0) alone.delete(key);
      else alone.set(key, rest);
    }
    end.meets = [];
  };

  const seek = (end: End): void => {
    const keys = meetingKeys(end);
    for (const key of keys) {
      const peer = best(end, alone.get(key) ?? []);
      if (peer === undefined) continue;
      leaveAlone(peer);
      leaveAlone(end);
      end.peer = peer;
      peer.peer = end;
      events.met(end, peer);
      return;
    }
    leaveAlone(end);
    end.meets = keys;
    for (const key of keys) alone.set(key, [...(alone.get(key) ?? []), end].slice(-MAX_SAME_KEY));
  };

  const forget = (end: End): void => {
    leaveAlone(end);
    ends.delete(end);
    if (bySocket.get(end.key) === end) bySocket.delete(end.key);
  };

  const makeRoom = (): void => {
    const due = (end: End) => end.lastSeen + patience(end, limits);
    const oldest = [...ends].sort((a, b) => due(a) - due(b));
    for (const end of oldest.slice(0, Math.ceil(limits.maxEnds * EVICTED_SHARE))) {
      // Both go, so that they meet again if they come back: one that is left would never be sought again.
      for (const one of end.peer === null ? [end] : [end, end.peer]) {
        if (ends.has(one)) events.leaving(one, true);
        forget(one);
      }
    }
  };

  const welcome = (named: NamedFlow, now: number): End => {
    if (ends.size >= limits.maxEnds) makeRoom();
    const end = newEnd(named, now);
    ends.add(end);
    bySocket.set(end.key, end);
    seek(end);
    return end;
  };

  return {
    endOf(named, now) {
      const { flow } = named;
      const known = bySocket.get(socketKey(flow));
      if (known === undefined || isNewConnection(known, flow)) return welcome(named, now);
      const learned = known.isn === null && flow.isn !== null;
      known.isn ??= flow.isn;
      known.addresses = addressesOf(flow);
      known.local = named.local;
      known.remote = named.remote;
      known.lastSeen = now;
      if (learned && known.peer === null) seek(known);
      return known;
    },
    forget,
    expire(now) {
      for (const end of ends) {
        const silent = now - Math.max(end.lastSeen, end.peer?.lastSeen ?? 0);
        if (silent < patience(end, limits)) continue;
        events.leaving(end, false);
        forget(end);
      }
    },
    get size() {
      return ends.size;
    },
  };
}

function best(end: End, candidates: readonly End[]): End | undefined {
  return candidates
    .filter((other) => mayBePeers(end, other))
    .sort(
      (a, b) => agreeingHalves(end.addresses, b.addresses) - agreeingHalves(end.addresses, a.addresses),
    )[0];
}

function patience({ over, peer }: End, { settleMicros, lingerMicros, idleMicros }: MeetingLimits): number {
  if (!over) return idleMicros;
  if (peer === null) return lingerMicros;
  return peer.over ? settleMicros : idleMicros;
}
