import type { Flow, Owner, Protocol } from '../flow.ts';
import { total } from '../histogram.ts';
import type { Clock } from './clock.ts';
import { type Counts, hasChanged, increments, NO_COUNTS, readCounts } from './counts.ts';
import { outcomeOf } from './failure.ts';
import { flowOf, type Life, type Surroundings } from './flows.ts';
import { type Identity, type RawOwner, readIdentity } from './identity.ts';
import { forgetLatencies, type Latencies, type LatencyMaps, readLatencies, upTo } from './latencies.ts';
import { record } from './layout.ts';
import { createOwners } from './owners.ts';
import type { Pairs } from './pairs.ts';
import { type RequestSources, type Said, say, sum, turnsOf } from './requests.ts';
import { sliceOf } from './slices.ts';
import { firstTurnOf, liveTapOf, tapOf } from './tap.ts';

/** What is remembered of a socket between records. */
export interface Tracked {
  readonly identity: Identity;
  owner: Owner | null;
  reported: Counts;
  /** A flow has said that it opened. */
  announced: boolean;
  /** What is spoken, where its payload told. */
  protocol: Protocol | null;
  /** What was said of its requests, all together; `null` while that was what the kernel counted. */
  said: Said | null;
  /** Until when turns have told of its requests; nanoseconds since boot, 0 = not yet. */
  toldNs: number;
}

export interface TrackerContext extends Surroundings {
  readonly clock: Clock;
  readonly latencies: LatencyMaps;
  readonly pairs: Pairs;
  readonly requests: RequestSources;
  ownerOf(raw: RawOwner): Owner;
}

/** The end of a connection: what is new since the last slice, and the whole of it; one object where they are the same. */
export interface Ended {
  readonly increment: Flow;
  readonly whole: Flow;
}

/**
 * Turns records into flows: remembers of each live socket what was reported and reports what came since. Records of one
 * socket must come in their order. A batch is gone through twice: first every record is met, so that the two ends of a
 * connection know each other, then flows are made. Bounded by the kernel's map: a socket is here only while it is there.
 */
export interface Tracker {
  /** First pass over a record of an opened or live connection, after those that ended in the same batch. */
  meet(view: DataView, base: number): void;
  /** First pass over the record of one that has ended: it is forgotten here, and remembered by the caller. */
  take(view: DataView, base: number): Tracked;
  /** Then, with every connection of the batch known: offers what it tells of its first request to the other end. */
  match(tracked: Tracked, view: DataView, base: number): void;
  ended(tracked: Tracked, view: DataView, base: number): Ended;
  /** A live record read by a sweep that ends the slice at `to`; `null` when nothing happened since the last. */
  live(view: DataView, base: number, to: number): Flow | null;
  has(cookie: number): boolean;
  /** A socket that lives, or whose end was taken and not told yet. */
  find(cookie: number, openedNs: number): Tracked | null;
  /** A sweep is complete: later slices begin at `to`. */
  swept(to: number): void;
  readonly size: number;
}

export function createTracker(context: TrackerContext): Tracker {
  const { clock, pairs, latencies, requests } = context;
  const { conversations, network } = requests;
  const live = new Map<number, Tracked>();
  const ending = new Map<number, Tracked>();
  const owners = createOwners(context.ownerOf);
  let lastSweep = 0;

  const track = (view: DataView, base: number): Tracked => {
    const identity = readIdentity(view, base);
    if (identity.isn !== null) pairs.add(identity.isn, identity.role, identity.local);
    return {
      identity,
      owner: owners.read(view, base),
      reported: NO_COUNTS,
      announced: identity.preexisting,
      protocol: null,
      said: null,
      toldNs: 0,
    };
  };

  const learnOwner = (tracked: Tracked, view: DataView, base: number) => {
    tracked.owner ??= owners.read(view, base);
  };

  /** The whole life of a connection, of which `increment` is the last slice. */
  const wholeOf = (
    { identity, reported, said: before }: Tracked,
    increment: Flow,
    counts: Counts,
    said: Said,
    openedAt: number,
  ): Flow => {
    const onlySlice = reported === NO_COUNTS && before === null;
    if (onlySlice && increment.from === openedAt && increment.drops.length === 0) return increment;
    const all = sum(before, reported, said);
    return {
      ...increment,
      ...trafficOf(counts),
      ...(all?.account ?? turnsOf(counts, said.account.basis)),
      network: all?.network ?? said.network,
      drops: context.drops.total(identity.cookie),
      from: openedAt,
      opened: identity.establishedNs !== 0 && !identity.preexisting ? 1 : 0,
      connectMicros: identity.preexisting ? null : connectMicros(identity),
    };
  };

  const countsOf = (tracked: Tracked, view: DataView, base: number): Counts => {
    const samples = record.samples(view, base);
    const before = pick(tracked.reported);
    if (samples === total(before.latency)) return readCounts(view, base, before);
    return readCounts(view, base, upTo(samples, readLatencies(latencies, view, base), before));
  };

  return {
    meet(view, base) {
      const cookie = record.cookie(view, base);
      if (!isConnected(view, base) || live.has(cookie)) return;
      const ended = ending.get(cookie);
      if (ended !== undefined && ended.identity.openedNs >= record.openedNs(view, base)) return;
      live.set(cookie, track(view, base));
    },

    take(view, base) {
      const cookie = record.cookie(view, base);
      const tracked = live.get(cookie) ?? track(view, base);
      live.delete(cookie);
      ending.set(cookie, tracked);
      learnOwner(tracked, view, base);
      return tracked;
    },

    match({ identity }, view, base) {
      const { isn, role, cookie } = identity;
      const first = firstTurnOf(view, base);
      if (first !== null && isn !== null && pairs.peer(isn, role) !== null) {
        network.offer(role, { isn, offset: first.offset }, cookie, first.seenNs);
      }
    },

    ended(tracked, view, base) {
      const { identity, reported } = tracked;
      const counts = readCounts(view, base, readLatencies(latencies, view, base));
      forgetLatencies(latencies, view, base);
      ending.delete(identity.cookie);
      const more = increments(counts, reported);
      const report = conversations.finish(identity.cookie, identity.openedNs, tapOf(view, base));
      const said = say(
        more,
        report,
        network.take(identity.cookie),
        requests.turnsCounted(),
        tracked.protocol,
      );

      const openedAt = clock.micros(identity.openedNs);
      const to = clock.micros(record.endedNs(view, base));
      const established = identity.establishedNs !== 0;
      if (identity.isn !== null) pairs.end(identity.isn, to);
      const life: Life = {
        opened: established && !tracked.announced,
        closed: established,
        outcome: outcomeOf({
          role: identity.role,
          established,
          lastState: record.lastState(view, base),
          error: record.error(view, base),
          resetBy: record.resetBy(view, base),
          bound: identity.local.port !== 0,
        }),
        durationMicros: to - openedAt,
        connectMicros: tracked.announced ? null : connectMicros(identity),
      };
      const increment = flowOf(
        context,
        identity,
        tracked.owner,
        more,
        said,
        life,
        sliceOf(openedAt, lastSweep, to),
        view,
        base,
      );
      return { increment, whole: wholeOf(tracked, increment, counts, said, openedAt) };
    },

    live(view, base, to) {
      const tracked = live.get(record.cookie(view, base));
      if (tracked === undefined) return null;
      learnOwner(tracked, view, base);
      const { identity, reported, announced } = tracked;
      const { cookie, openedNs } = identity;
      const dirty = conversations.isDirty(cookie) || network.has(cookie);
      if (announced && !dirty && !hasChanged(view, base, reported)) return null;

      const counts = countsOf(tracked, view, base);
      const more = increments(counts, reported);
      const report = conversations.report(cookie, openedNs, liveTapOf(view, base));
      const said = say(more, report, network.take(cookie), requests.turnsCounted(), tracked.protocol);
      tracked.protocol = said.protocol;
      tracked.said = sum(tracked.said, reported, said);
      tracked.toldNs = Math.max(conversations.cutNs, record.turnNs(view, base));
      const openedAt = clock.micros(identity.openedNs);
      const slice = sliceOf(openedAt, lastSweep, Math.max(to, openedAt));
      tracked.reported = counts;
      tracked.announced = true;
      return flowOf(
        context,
        identity,
        tracked.owner,
        more,
        said,
        {
          opened: !announced,
          closed: false,
          outcome: { failure: null, resetBy: null },
          durationMicros: slice.to - openedAt,
          connectMicros: announced ? null : connectMicros(identity),
        },
        slice,
        view,
        base,
      );
    },

    has: (cookie) => live.has(cookie),

    find(cookie, openedNs) {
      const tracked = live.get(cookie) ?? ending.get(cookie);
      return tracked?.identity.openedNs === openedNs ? tracked : null;
    },

    swept(to) {
      lastSweep = to;
      owners.forget();
    },

    get size() {
      return live.size;
    },
  };
}

/** A connection that is still being opened has nothing to report but that. */
function isConnected(view: DataView, base: number): boolean {
  return record.ready(view, base) !== 0 && record.establishedNs(view, base) !== 0;
}

function trafficOf({ bytesSent, bytesReceived, segmentsSent, segmentsReceived, retransmits }: Counts) {
  return { bytesSent, bytesReceived, segmentsSent, segmentsReceived, retransmits };
}

function pick({ latency, wait, service }: Counts): Latencies {
  return { latency, wait, service };
}

function connectMicros(identity: Identity): number | null {
  if (identity.role === 'server' || identity.preexisting || identity.establishedNs === 0) return null;
  return Math.max(0, Math.round((identity.establishedNs - identity.openedNs) / 1000));
}
