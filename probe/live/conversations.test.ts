import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dialect, Exchange } from '../protocols/parser.ts';
import { CHUNK_SIZE } from './chunk.ts';
import type { Socket } from './conversation.ts';
import { createConversations } from './conversations.ts';
import { createNames } from './operations.ts';
import { fieldsOf, ringOf, structureOf } from './testing/records.ts';

/** `?name` asks, `=status` answers, `!` makes its parser throw what it read. */
const lines: Dialect = {
  protocol: 'http',
  recognise: ([first]) =>
    first!.bytes.length === 0 ? 'later' : '?=!'.includes(textOf(first!.bytes)[0]!) ? 'yes' : 'no',
  parser(emit) {
    let asked: { name: string; at: number; offset: number } | null = null;
    return {
      protocol: 'http',
      doubts: 0,
      feed({ bytes, at, offset }) {
        const text = textOf(bytes);
        if (text.startsWith('!')) throw new Error(text);
        if (text.startsWith('?')) asked = { name: text.slice(1), at, offset };
        if (text.startsWith('=') && asked !== null) {
          emit(exchangeOf(asked, at, Number(text.slice(1))));
          asked = null;
        }
      },
      end() {
        if (asked !== null) emit(exchangeOf(asked, 0, 0));
      },
    };
  },
};

const exchangeOf = (
  asked: { name: string; at: number; offset: number },
  answeredAt: number,
  status: number,
): Exchange => ({
  offset: asked.offset,
  startedAt: asked.at,
  arrivedAt: 0,
  answeredAt,
  operation: asked.name,
  status,
  failed: status >= 500 || answeredAt === 0,
  timed: true,
});
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const FIELDS = fieldsOf('chunk.h', 'chunk');
function chunk(cookie: number, text: string, fields: Record<string, number> = {}): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(CHUNK_SIZE + Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes, CHUNK_SIZE);
  return structureOf(
    FIELDS,
    {
      cookie,
      opened_ns: 1000,
      time_ns: 2000,
      role: 1,
      flags: text.startsWith('=') ? 1 : 0,
      length: bytes.length,
      captured: bytes.length,
      ...fields,
    },
    padded,
  );
}

function stage({
  limit = 100,
  known = () => true,
  meet = () => {},
}: {
  limit?: number;
  known?: (cookie: number) => boolean;
  meet?: (cookie: number) => void;
} = {}) {
  const broken: string[] = [];
  const exchanges: Exchange[] = [];
  const conversations = createConversations({
    dialects: [lines],
    limit,
    socketOf: (cookie): Socket | null =>
      known(cookie)
        ? {
            role: 'client',
            end: { port: 80, names: createNames(), dialect: null, spoke() {}, spokeNothingKnown() {} },
            isn: null,
            preexisting: false,
            toldNs: 0,
          }
        : null,
    meet,
    onExchange: (_, exchange) => exchanges.push(exchange),
    onBroken: (protocol) => broken.push(protocol),
  });
  return { conversations, broken, exchanges };
}

const tap = (made: number) => ({ made, stopped: false, turnNs: 0 });

test('chunks of many connections become their accounts', () => {
  const { conversations, exchanges } = stage();
  conversations.feed(
    ringOf([
      chunk(1, '?a'),
      chunk(2, '?b'),
      chunk(1, '=200', { time_ns: 5000 }),
      chunk(3, 'ssh'),
      chunk(2, '=500', { time_ns: 6000 }),
    ]),
  );
  expect(conversations.finish(1, 1000, tap(2))).toMatchObject({
    clean: true,
    protocol: 'http',
    account: { requests: 1, failedRequests: 0, operations: [{ name: 'a', statuses: [[200, 1]] }] },
  });
  expect(conversations.finish(2, 1000, tap(2))).toMatchObject({
    account: { failedRequests: 1, statuses: [[500, 1]] },
  });
  expect(conversations.finish(3, 1000, tap(1))).toMatchObject({ clean: false, protocol: null });
  expect(conversations.finish(4, 1000, tap(0))).toBeNull();
  expect(exchanges.length).toBe(2);
  expect(conversations.size).toBe(0);
  expect(conversations.counters).toMatchObject({
    seen: 5,
    unplaced: 0,
    parsed: 2,
    unrecognised: 1,
    undecided: 0,
  });
});

test('the end of a connection gives out what was not answered', () => {
  const { conversations } = stage();
  conversations.feed(ringOf([chunk(1, '?a')]));
  expect(conversations.finish(1, 1000, tap(1))).toMatchObject({
    clean: true,
    account: { requests: 1, failedRequests: 1, statuses: [[0, 1]], untimed: 0 },
  });
});

test('chunks that overtake the news of their socket wait for it, in their order', () => {
  const opened = new Set<number>();
  const { conversations } = stage({ known: (cookie) => opened.has(cookie) });
  conversations.met();
  conversations.feed(ringOf([chunk(1, '?a'), chunk(2, '?b')]));
  conversations.feed(ringOf([chunk(1, '=200')]));
  opened.add(1);
  conversations.met();
  conversations.feed(ringOf([chunk(1, '?c'), chunk(1, '=200')]));
  expect(conversations.finish(1, 1000, tap(4))).toMatchObject({ clean: true, account: { requests: 2 } });
  expect(conversations.counters).toMatchObject({ seen: 5, unplaced: 0 });
  for (let batch = 0; batch < 4; batch++) {
    conversations.met();
    conversations.feed(ringOf([]));
  }
  expect(conversations.counters).toMatchObject({ seen: 5, unplaced: 1 });
});

test('between two batches of news they wait as long as it takes', () => {
  const opened = new Set<number>();
  const { conversations } = stage({ known: (cookie) => opened.has(cookie) });
  for (let feed = 0; feed < 20; feed++) conversations.feed(ringOf(feed === 0 ? [chunk(1, '?a')] : []));
  opened.add(1);
  conversations.feed(ringOf([]));
  expect(conversations.counters).toMatchObject({ seen: 1, unplaced: 0, parsed: 1 });
});

test('a connection whose end overtakes its last chunks is told from turns, and they start no new one', () => {
  const alive = new Set([1]);
  const { conversations } = stage({ known: (cookie) => alive.has(cookie) });
  conversations.feed(ringOf([chunk(1, '?a')]));
  expect(conversations.finish(1, 1000, tap(2))).toMatchObject({ clean: false, account: { requests: 0 } });
  alive.delete(1);
  conversations.feed(ringOf([chunk(1, '=200')]));
  for (let batch = 0; batch < 5; batch++) {
    conversations.met();
    conversations.feed(ringOf([]));
  }
  expect(conversations.size).toBe(0);
  expect(conversations.counters).toMatchObject({ seen: 2, unplaced: 1 });
});

test('a socket that connects again begins a new conversation', () => {
  const { conversations } = stage();
  conversations.feed(ringOf([chunk(1, '?a'), chunk(1, '?b', { opened_ns: 9000, time_ns: 9100 })]));
  expect(conversations.finish(1, 1000, tap(1))).toBeNull();
  expect(conversations.finish(1, 9000, tap(1))).toMatchObject({ clean: true, account: { requests: 1 } });
});

test('beyond the limit connections are told from turns', () => {
  const { conversations } = stage({ limit: 2 });
  conversations.feed(ringOf([chunk(1, '?a'), chunk(2, '?a'), chunk(3, '?a')]));
  expect(conversations.size).toBe(2);
  expect(conversations.finish(3, 1000, tap(1))).toBeNull();
  expect(conversations.counters.unplaced).toBe(1);
});

test('conversations whose socket went away unnoticed are found out', () => {
  const alive = new Set([1, 2]);
  const { conversations } = stage({ known: (cookie) => alive.has(cookie) });
  conversations.feed(ringOf([chunk(1, '?a'), chunk(2, '?a')]));
  alive.delete(1);
  conversations.expire(1e12);
  expect(conversations.size).toBe(1);
});

test('a parser that throws takes its own conversation with it, and says nothing of what it read', () => {
  const { conversations, broken } = stage();
  conversations.feed(
    ringOf([chunk(1, '?a'), chunk(1, '!secret'), chunk(2, '?a'), chunk(1, '=200'), chunk(2, '=200')]),
  );
  expect(broken).toEqual(['http']);
  expect(conversations.finish(1, 1000, tap(3))).toMatchObject({ clean: false, account: { requests: 0 } });
  expect(conversations.finish(2, 1000, tap(2))).toMatchObject({ clean: true, account: { requests: 1 } });
  expect(conversations.counters).toMatchObject({ parsed: 1, folded: 1 });
});

test('any bytes are taken without an error, and every conversation ends', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.string(), fc.nat(3)), { maxLength: 40 }), (chunks) => {
      const { conversations } = stage();
      conversations.feed(ringOf(chunks.map(([cookie, text, flags]) => chunk(cookie, text, { flags }))));
      for (let cookie = 0; cookie <= 5; cookie++) conversations.finish(cookie, 1000, tap(0));
      const { seen, undecided } = conversations.counters;
      expect([seen, undecided, conversations.size]).toEqual([chunks.length, 0, 0]);
    }),
  );
});

test('the socket of chunks that wait is asked for, once a batch', () => {
  const asked: number[] = [];
  const met = new Set<number>();
  const { conversations } = stage({
    known: (cookie) => met.has(cookie),
    meet(cookie) {
      asked.push(cookie);
      if (asked.length > 2) met.add(cookie);
    },
  });
  conversations.feed(ringOf([chunk(1, '?a'), chunk(1, '=200', { time_ns: 5000 }), chunk(2, '?b')]));
  expect(asked).toEqual([]);
  conversations.met();
  conversations.met();
  expect(asked).toEqual([1, 2, 1, 2]);
  conversations.met();
  conversations.feed(ringOf([]));
  expect(asked).toEqual([1, 2, 1, 2]);
  expect(conversations.finish(1, 1000, tap(2))).toMatchObject({ clean: true, account: { requests: 1 } });
  expect(conversations.counters.unplaced).toBe(0);
});
