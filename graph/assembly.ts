import type { NamedFlow } from '../enrich/index.ts';
import { createBriefPairs } from './brief-pairs.ts';
import { countSlice, leafOf, windowOf } from './count.ts';
import { type End, failedToOpen } from './end.ts';
import { createLedger, MAX_CELLS } from './ledger.ts';
import { createMeeting, MEETING_LIMITS, type MeetingLimits } from './meeting.ts';
import { createOutbox } from './outbox.ts';
import type { EdgeStore } from './store.ts';
import type { EdgeCounts } from './types.ts';
import { createWatch, type TickInfo } from './watch.ts';

/** How long the first slices of a connection wait for its other end: both ends of one probe arrive within a sweep. */
const WAIT_MICROS = 1_500_000;
/** Slices that may wait; what exceeds it is counted with the peer named by its address. */
const MAX_WAITING = 50_000;
/** Rows kept while the store cannot be written; what exceeds it is dropped and counted as lost. */
const MAX_UNSENT = 100_000;
/** How often the known ends are looked through for those that are over. */
const EXPIRE_EVERY_MICROS = 5_000_000;

export interface AssemblyOptions extends Partial<MeetingLimits> {
  readonly waitMicros?: number;
  readonly maxWaiting?: number;
  readonly maxCells?: number;
  readonly maxUnsent?: number;
}

/** Exact counters since the assembly was made. */
export interface AssemblyCounters {
  readonly slices: number;
  /** Connections of which both ends were brought together. */
  readonly met: number;
  /** Slices counted before their peer could be waited for, because too many were waiting. */
  readonly hurried: number;
  /** Ends forgotten because the table was full. */
  readonly evicted: number;
  /** Slices counted under port 0 because too many leaves grew at once. */
  readonly folded: number;
  /** Rows dropped because the store could not be written for too long. */
  readonly droppedRows: number;
  /** Ends known now, and slices waiting now. */
  readonly ends: number;
  readonly waiting: number;
}

/** Turns named flows into rows of the edge table: the two ends of a connection meet and count once. */
export interface Assembly {
  add(flows: readonly NamedFlow[]): void;
  /**
   * Writes what was counted since the last tick; call it about once a second. Rejects with the store's error (FL-305,
   * FL-308); what could not be written is kept and tried again with the next tick.
   */
  tick(now: number, info: TickInfo): Promise<void>;
  /** Decides what still waits and writes everything. */
  flush(): Promise<void>;
  readonly counters: AssemblyCounters;
}

export function createAssembly(store: EdgeStore, options: AssemblyOptions = {}): Assembly {
  const { waitMicros = WAIT_MICROS, maxWaiting = MAX_WAITING, maxUnsent = MAX_UNSENT } = options;
  const tally = { slices: 0, met: 0, hurried: 0, evicted: 0, droppedRows: 0 };
  const ledger = createLedger(options.maxCells ?? MAX_CELLS);
  const watch = createWatch();
  const briefs = createBriefPairs();
  /** In the order in which they began to wait. */
  const undecided = new Set<End>();
  let waiting = 0;
  let clock: number | null = null;
  let lastExpiry = 0;
  let lastInfo: TickInfo | null = null;

  const outbox = createOutbox(store, maxUnsent, (rows) => {
    tally.droppedRows += rows.length;
    watch.lose(rows.reduce((sum, { counts }) => sum + connectionsOf(counts), 0));
  });

  const meeting = createMeeting(
    { ...MEETING_LIMITS, ...options },
    {
      met(end, peer) {
        tally.met++;
        const [client, server] = end.role === 'client' ? [end, peer] : [peer, end];
        // The client's view counts, unless the server's alone was counted from the beginning.
        const late = server.supplies === 'all' && client.supplies === 'undecided';
        decide(client, late ? 'own' : 'all');
        decide(server, late ? 'all' : 'own');
      },
      leaving(end, evicted) {
        if (evicted) tally.evicted++;
        decideAlone(end);
      },
    },
  );

  const count = (end: End, { flow, local, remote }: NamedFlow): void => {
    const { client, server, port } = leafOf(end, flow, local, remote);
    countSlice(ledger.cell(windowOf(flow), store.intern(client), store.intern(server), port), end, flow);
    watch.count(end, flow, local, remote);
  };

  /** Lets the waiting slices of an end through. */
  function decide(end: End, supplies: 'all' | 'own'): void {
    end.supplies = supplies;
    undecided.delete(end);
    const slices = end.waiting;
    end.waiting = [];
    waiting -= slices.length;
    for (const slice of slices) count(end, slice);
  }

  function decideAlone(end: End): void {
    if (end.supplies === 'undecided') decide(end, 'all');
  }

  const hurry = (): void => {
    for (const end of undecided) {
      if (waiting <= maxWaiting) return;
      tally.hurried += end.waiting.length;
      decideAlone(end);
    }
  };

  const wait = (end: End, named: NamedFlow): void => {
    undecided.add(end);
    end.waiting.push(named);
    waiting++;
    if (waiting > maxWaiting) hurry();
  };

  const addBrief = (named: NamedFlow, now: number): void => {
    const pair = briefs.add(named, now);
    if (pair === null) return;
    tally.met += named.flow.brief?.connections ?? 0;
    count(pair.client.end, pair.client.named);
    count(pair.server.end, pair.server.named);
  };

  const decideBriefs = (now: number): void => {
    for (const { end, named } of briefs.drain(now)) count(end, named);
  };

  const addOne = (named: NamedFlow): void => {
    const { flow } = named;
    clock ??= flow.to;
    tally.slices++;
    if (flow.brief !== undefined) {
      addBrief(named, clock);
      return;
    }
    const end = meeting.endOf(named, clock);
    if (flow.closed > 0 || flow.failure !== null) end.over = true;
    const failed = failedToOpen(flow);
    if (failed) decideAlone(end);
    if (end.supplies === 'undecided') wait(end, named);
    else count(end, named);
    if (failed) meeting.forget(end); // the socket may try again
  };

  const decideOverdue = (now: number): void => {
    for (const end of undecided) {
      if (now - end.since < waitMicros) return;
      decideAlone(end);
    }
  };

  return {
    add: (flows) => flows.forEach(addOne),
    tick(now, info) {
      clock = now;
      lastInfo = info;
      decideOverdue(now);
      decideBriefs(now);
      if (now - lastExpiry >= EXPIRE_EVERY_MICROS) {
        lastExpiry = now;
        meeting.expire(now);
      }
      return outbox.send(ledger.drain(), watch.drain(now, info));
    },
    flush() {
      for (const end of undecided) decideAlone(end);
      decideBriefs(clock ?? 0);
      const coverage = lastInfo === null || clock === null ? [] : watch.drain(clock, lastInfo);
      return outbox.send(ledger.drain(), coverage);
    },
    get counters() {
      return { ...tally, folded: ledger.folded, ends: meeting.size, waiting };
    },
  };
}

function connectionsOf({ opened, refused, timedOut, unreachable }: EdgeCounts): number {
  return opened + refused + timedOut + unreachable;
}
