import type { Role } from '../flow.ts';
import { isFailure, operationOf, readMessage } from '../protocols/dns/index.ts';
import { type Account, addExchange, closeAccount, type OpenAccount, openAccount } from './accounts.ts';
import { createNames, type Names } from './operations.ts';

/** A question without an answer after this long has failed: resolvers ask again, or give up, by then. */
const PATIENCE_NS = 5_000_000_000;
/** How long an answer waits for its question, which another thread may tell of a moment later. */
const EARLY_NS = 100_000_000;
/** Questions open at the same time; the oldest is given up, and counted. */
const MAX_OPEN = 65_536;
const MAX_EARLY = 1024;
/** Server ends whose names are bounded one by one; the one not asked for the longest goes first. */
const MAX_ENDS = 1024;

/** A datagram of a conversation with a name server. */
export interface DnsDatagram {
  /** The conversation. */
  readonly id: string;
  /** The server end it belongs to. */
  readonly end: string;
  readonly role: Role;
  readonly sent: boolean;
  /** When its call returned, nanoseconds since boot. */
  readonly at: number;
  /** Its beginning; valid only during `feed`. */
  readonly bytes: Uint8Array;
}

/** What the questions and answers of one conversation came to since it was last asked. */
export interface DnsAccount {
  readonly account: Account;
  /** Questions sent (or received) again before they were answered. */
  readonly repeated: number;
}

/** Matches questions and answers; one entry for each question that is open. */
export interface DnsTracker {
  feed(datagram: DnsDatagram): void;
  /** Gives up questions that wait too long. */
  expire(nowNs: number): void;
  /** `null` when nothing was asked or answered. */
  take(id: string): DnsAccount | null;
  /** The conversation has ended: what is open was never answered. */
  end(id: string): DnsAccount | null;
  /** No payload comes any more: what is open cannot be told to be unanswered. */
  abandon(): void;
  readonly open: number;
  /** Datagrams that were no DNS messages, answers nobody had asked for, and questions given up early. */
  readonly doubts: number;
}

interface Question {
  readonly id: string;
  readonly end: string;
  readonly role: Role;
  readonly at: number;
  readonly operation: string;
}

interface Books {
  account: OpenAccount;
  repeated: number;
}

export function createDnsTracker(limit = MAX_OPEN): DnsTracker {
  const open = new Map<string, Question>();
  const openOf = new Map<string, Set<string>>();
  const early = new Map<string, { readonly at: number; readonly rcode: number }>();
  const books = new Map<string, Books>();
  const names = new Map<string, Names>();
  let doubts = 0;

  const booksOf = (id: string) => {
    let found = books.get(id);
    if (found === undefined) {
      found = { account: openAccount(), repeated: 0 };
      books.set(id, found);
    }
    return found;
  };

  const namesOf = (end: string) => {
    const found = names.get(end) ?? createNames();
    names.delete(end);
    names.set(end, found);
    if (names.size > MAX_ENDS) names.delete(names.keys().next().value!);
    return found;
  };

  /** @param rcode `null`: never answered */
  const settle = (question: Question, answeredAt: number, rcode: number | null) => {
    const { id, end, role, at, operation } = question;
    const exchange = {
      offset: 0,
      startedAt: at,
      arrivedAt: 0,
      answeredAt,
      operation,
      status: rcode ?? 0,
      failed: rcode === null || isFailure(rcode),
      timed: rcode !== null,
    };
    addExchange(booksOf(id).account, exchange, role === 'server', namesOf(end).admit(operation));
  };

  const begin = (key: string, question: Question) => {
    open.set(key, question);
    const others = openOf.get(question.id);
    if (others === undefined) openOf.set(question.id, new Set([key]));
    else others.add(key);
  };

  const finish = (key: string, question: Question) => {
    open.delete(key);
    const others = openOf.get(question.id);
    others?.delete(key);
    if (others?.size === 0) openOf.delete(question.id);
  };

  const asked = (key: string, question: Question) => {
    if (open.has(key)) {
      booksOf(question.id).repeated++;
      return;
    }
    const answer = early.get(key);
    if (answer !== undefined) {
      early.delete(key);
      settle(question, question.at, answer.rcode);
      return;
    }
    begin(key, question);
    if (open.size <= limit) return;
    const [oldest, given] = open.entries().next().value!;
    finish(oldest, given);
    settle(given, 0, null);
    doubts++;
  };

  const answered = (key: string, at: number, rcode: number) => {
    const question = open.get(key);
    if (question !== undefined) {
      finish(key, question);
      settle(question, at, rcode);
      return;
    }
    early.set(key, { at, rcode });
    if (early.size <= MAX_EARLY) return;
    early.delete(early.keys().next().value!);
    doubts++;
  };

  const take = (id: string): DnsAccount | null => {
    const found = books.get(id);
    if (found === undefined) return null;
    books.delete(id);
    return { account: closeAccount(found.account), repeated: found.repeated };
  };

  return {
    feed({ id, end, role, sent, at, bytes }) {
      const message = readMessage(bytes);
      if (message === null || message.response !== (role === 'server' ? sent : !sent)) {
        doubts++;
        return;
      }
      const operation = operationOf(message);
      const [question] = message.questions;
      const key = `${id} ${message.id} ${question?.type} ${question?.name}`;
      if (message.response) answered(key, at, message.rcode);
      else asked(key, { id, end, role, at, operation });
    },
    expire(nowNs) {
      for (const [key, question] of open) {
        if (question.at > nowNs - PATIENCE_NS) break;
        finish(key, question);
        settle(question, 0, null);
      }
      for (const [key, { at }] of early) {
        if (at > nowNs - EARLY_NS) break;
        early.delete(key);
        doubts++;
      }
    },
    take,
    end(id) {
      for (const key of [...(openOf.get(id) ?? [])]) {
        const question = open.get(key)!;
        finish(key, question);
        settle(question, 0, null);
      }
      return take(id);
    },
    abandon() {
      open.clear();
      openOf.clear();
      early.clear();
    },
    get open() {
      return open.size;
    },
    get doubts() {
      return doubts;
    },
  };
}
