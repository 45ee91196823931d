import type { Dialect, Exchange } from '../protocols/parser.ts';
import { copyOf, readChunks, type TappedChunk } from './chunk.ts';
import { Conversation, type Ground, type Report, type Socket, type TapState } from './conversation.ts';
import { createRecogniser } from './recognise.ts';

/** Chunks of connections that are not recognised yet: 4096 full ones. */
const MAX_BUFFERED_BYTES = 8 << 20;
/** Chunks that overtook the news that their socket is open: a few milliseconds of the busiest machine. */
const MAX_STRAYS = 4096;
/** Batches of such news that they wait for. */
const STRAY_BATCHES = 4;
/** How often conversations whose socket is gone are looked for. */
const PURGE_MICROS = 60_000_000;

export interface ConversationsContext {
  readonly dialects: readonly Dialect[];
  readonly limit: number;
  readonly maxBufferedBytes?: number;
  /** `null` for a socket that nothing is known of, yet or any more. */
  socketOf(cookie: number, openedNs: number): Socket | null;
  /** Asks the kernel for a socket that has chunks and has not been told of. */
  meet(cookie: number): void;
  /** Every timed exchange that was read without a doubt. */
  onExchange(conversation: Conversation, exchange: Exchange): void;
  /** A parser broke its promise and threw; its conversation is folded. */
  onBroken(protocol: string): void;
}

/** Exact since the probe started. */
export interface ConversationCounters {
  /** Chunks that arrived here. */
  readonly seen: number;
  /** Of those, the ones without a conversation: their socket is not known, or there was no room. */
  readonly unplaced: number;
  /** Conversations by what became of them, each in one of these. */
  readonly undecided: number;
  readonly parsed: number;
  readonly unrecognised: number;
  readonly folded: number;
  /** Recognised ones of which a slice had to be told from turns. */
  readonly doubtful: number;
}

/**
 * All connections whose bytes are read. Bounded: beyond the limits a connection is told from its turns alone, which is counted.
 * A conversation lasts until its socket is finished here.
 */
export interface Conversations {
  /** A batch of sockets that have ended has been met: whose chunks wait still, lives. */
  met(): void;
  /** Takes the chunks of a drained ring. Those of sockets that are not known yet wait for the next batches. */
  feed(drained: Uint8Array): void;
  /** A sweep has read the sockets as they were at `cutNs`: its reports are taken until `endSweep`. */
  beginSweep(cutNs: number): void;
  endSweep(): void;
  /** Of the sweep that is being read. */
  readonly cutNs: number;
  /** Chunks are not made at this time, by decision: slices that touch it are told from turns. */
  interrupt(nowNs: number): void;
  /** It has something to report even if its socket did nothing. */
  isDirty(cookie: number): boolean;
  /** Ends a slice of a socket; `null` when its bytes are not read. */
  report(cookie: number, openedNs: number, tap: TapState): Report | null;
  /** Ends the conversation. */
  finish(cookie: number, openedNs: number, tap: TapState): Report | null;
  expire(now: number): void;
  readonly counters: ConversationCounters;
  readonly size: number;
}

export function createConversations(context: ConversationsContext): Conversations {
  const conversations = new Map<number, Conversation>();
  const ground: Ground = {
    recogniser: createRecogniser(context.dialects),
    cutNs: Number.POSITIVE_INFINITY,
    interruptedNs: 0,
    bufferedBytes: 0,
    maxBufferedBytes: context.maxBufferedBytes ?? MAX_BUFFERED_BYTES,
    counts: { undecided: 0, parsed: 0, unrecognised: 0, folded: 0, doubtful: 0 },
    onExchange: context.onExchange,
  };
  const strays: { readonly chunk: TappedChunk; readonly batch: number }[] = [];
  let batch = 0;
  let seen = 0;
  let unplaced = 0;
  let purgedAt = 0;

  /* What an error says may quote what was read, so it is told without its words. */
  const broken = (conversation: Conversation) => {
    context.onBroken(conversation.protocol ?? 'unknown');
    conversation.fold();
  };

  const remove = (conversation: Conversation, tap: TapState): Report | null => {
    conversations.delete(conversation.cookie);
    try {
      return conversation.finish(tap);
    } catch {
      broken(conversation);
      return null;
    }
  };

  const stray = (chunk: TappedChunk, since: number) => {
    if (batch - since < STRAY_BATCHES && strays.length < MAX_STRAYS) strays.push({ chunk, batch: since });
    else unplaced++;
  };

  const open = (chunk: TappedChunk, socket: Socket): Conversation | null => {
    if (conversations.size >= context.limit) {
      unplaced++;
      return null;
    }
    const conversation = new Conversation(ground, socket, chunk);
    conversations.set(chunk.cookie, conversation);
    return conversation;
  };

  /** False while its socket is not known. */
  const place = (chunk: TappedChunk): boolean => {
    let conversation = conversations.get(chunk.cookie) ?? null;
    if (conversation !== null && conversation.openedNs !== chunk.openedNs) {
      /* The socket has connected again; what its last connection still had to say is told from turns. */
      remove(conversation, GONE);
      conversation = null;
    }
    if (conversation === null) {
      const socket = context.socketOf(chunk.cookie, chunk.openedNs);
      if (socket === null) return false;
      conversation = open(chunk, socket);
      if (conversation === null) return true;
    }
    try {
      conversation.feed(chunk);
    } catch {
      broken(conversation);
    }
    return true;
  };

  const take = (chunk: TappedChunk) => {
    seen++;
    if (!place(chunk)) stray(copyOf(chunk), batch);
  };

  const find = (cookie: number, openedNs: number): Conversation | null => {
    const conversation = conversations.get(cookie);
    return conversation?.openedNs === openedNs ? conversation : null;
  };

  return {
    met() {
      batch++;
      const unmet = new Map(strays.map(({ chunk }) => [chunk.cookie, chunk.openedNs]));
      for (const [cookie, openedNs] of unmet)
        if (context.socketOf(cookie, openedNs) === null) context.meet(cookie);
    },
    feed(drained) {
      for (const { chunk, batch: since } of strays.splice(0)) if (!place(chunk)) stray(chunk, since);
      readChunks(drained, take);
    },
    beginSweep(cutNs) {
      ground.cutNs = cutNs;
    },
    endSweep() {
      ground.cutNs = Number.POSITIVE_INFINITY;
    },
    interrupt(nowNs) {
      ground.interruptedNs = nowNs;
    },
    isDirty: (cookie) => conversations.get(cookie)?.dirty ?? false,
    report: (cookie, openedNs, tap) => find(cookie, openedNs)?.report(tap) ?? null,
    finish(cookie, openedNs, tap) {
      const conversation = find(cookie, openedNs);
      return conversation === null ? null : remove(conversation, tap);
    },
    expire(now) {
      if (now - purgedAt < PURGE_MICROS) return;
      purgedAt = now;
      for (const conversation of conversations.values()) {
        if (context.socketOf(conversation.cookie, conversation.openedNs) === null) remove(conversation, GONE);
      }
    },
    get cutNs() {
      return ground.cutNs;
    },
    get counters() {
      return { seen, unplaced, ...ground.counts };
    },
    get size() {
      return conversations.size;
    },
  };
}

const GONE: TapState = { made: 0, stopped: true, turnNs: 0 };
