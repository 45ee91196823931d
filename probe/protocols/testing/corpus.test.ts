import { describe, expect, test } from 'vitest';
import type { Role } from '../../flow.ts';
import { DIALECTS } from '../index.ts';
import type { Exchange } from '../parser.ts';
import { type Conversation, chunksOf, corpus, type Expected, WAITED } from './conversation.ts';
import { captured, coalesced, cut, type Heard, recognition, replay, sliced } from './replay.ts';

const ROLES: readonly Role[] = ['client', 'server'];
/** Conversations up to this size are cut at every single byte. */
const SMALL = 6_000;

const dialectOf = (conversation: Conversation) =>
  DIALECTS.find(
    ({ protocol }) =>
      protocol === conversation.protocol || (protocol === 'http2' && conversation.protocol === 'grpc'),
  );

const seen = ({ operation, status, failed, timed }: Expected | Exchange) =>
  `${operation} ${status}${failed ? ' failed' : ''}${timed ? '' : ' untimed'}`;

/** Which requests begin with a chunk, and so have an arrival that is known, changes with the cuts. */
const butArrivals = (heard: Heard): Heard => ({
  ...heard,
  exchanges: heard.exchanges.map((exchange) => ({ ...exchange, arrivedAt: 0 })),
});

const CONVERSATIONS = corpus();

test('the corpus covers every dialect', () => {
  const spoken = new Set(CONVERSATIONS.map((conversation) => dialectOf(conversation)?.protocol));
  expect(DIALECTS.map(({ protocol }) => protocol).filter((protocol) => !spoken.has(protocol))).toEqual([]);
});

describe.each(CONVERSATIONS.map((conversation) => [conversation.name, conversation] as const))(
  '%s',
  (_, conversation) => {
    const dialect = dialectOf(conversation)!;

    test('nobody but its own dialect claims it', () => {
      for (const role of ROLES)
        for (const late of [false, true]) {
          const chunks = chunksOf(conversation, role);
          for (const other of DIALECTS) {
            const verdict = recognition(other, chunks, conversation.port, late);
            if (other === dialect) expect(verdict).toBe('yes');
            else expect([other.protocol, verdict]).not.toEqual([other.protocol, 'yes']);
          }
        }
    });

    test.each(ROLES)('the %s sees what the client wrote down', (role) => {
      const chunks = chunksOf(conversation, role);
      const heard = replay(dialect, chunks, role);
      expect(heard.exchanges.map(seen).sort()).toEqual(conversation.expected.map(seen).sort());
      expect(heard.doubts).toBe(0);
      expect(heard.protocol).toBe(conversation.protocol);
      for (const exchange of heard.exchanges) {
        expect(exchange.startedAt).toBeGreaterThan(0);
        if (exchange.answeredAt !== 0) expect(exchange.answeredAt).toBeGreaterThanOrEqual(exchange.startedAt);
        const chunk = chunks.find(
          ({ direction, offset, length }) =>
            direction === 'request' && exchange.offset >= offset && exchange.offset < offset + length,
        );
        expect(chunk?.at).toBe(exchange.startedAt);
        const known = role === 'server' && chunk?.offset === exchange.offset;
        expect(exchange.arrivedAt).toBe(known ? exchange.startedAt - WAITED : 0);
      }
    });

    if (conversation.transport === 'tcp') {
      test.each(ROLES)('cut in other places it says the same to the %s', (role) => {
        const chunks = chunksOf(conversation, role);
        const whole = butArrivals(replay(dialect, chunks, role));
        for (const size of [1, 2, 3, 7, 64, 1000])
          expect(butArrivals(replay(dialect, sliced(chunks, size), role))).toEqual(whole);
        const joined = replay(dialect, coalesced(chunks), role);
        const operations = (heard: Heard) => heard.exchanges.map(({ operation }) => operation);
        expect(operations(joined)).toEqual(operations(whole));
        const reads = new Set(coalesced(chunks).map(({ direction, offset }) => `${direction} ${offset}`));
        for (const { offset, arrivedAt } of joined.exchanges)
          expect(arrivedAt !== 0).toBe(role === 'server' && reads.has(`request ${offset}`));
        if (chunks.reduce((sum, { length }) => sum + length, 0) > SMALL) return;
        for (const [index, { length }] of chunks.entries())
          for (let at = 1; at < length; at++)
            expect(butArrivals(replay(dialect, cut(chunks, index, at), role))).toEqual(whole);
      });
    }

    test.each(ROLES)('what the %s could not read is counted', (role) => {
      const chunks = chunksOf(conversation, role);
      const known = new Set([
        '',
        ...replay(dialect, chunks, role).exchanges.flatMap(({ operation }) => [
          operation,
          // A prepared statement whose text was not seen is known by its verb alone.
          operation.split(' ')[0]!,
        ]),
      ]);
      const complete = (heard: Heard) => {
        expect(heard.exchanges.length).toBeLessThanOrEqual(conversation.expected.length);
        if (heard.doubts === 0) expect(heard.exchanges.length).toBe(conversation.expected.length);
      };
      for (const limit of [2048, 64, 0]) complete(replay(dialect, captured(chunks, limit), role));
      for (let n = 1; n < chunks.length; n++) {
        const early = replay(dialect, chunks.slice(0, n), role);
        expect(early.exchanges.length).toBeLessThanOrEqual(conversation.expected.length);
        const late = replay(dialect, chunks.slice(n), role, true);
        expect(late.exchanges.length).toBeLessThanOrEqual(conversation.expected.length);
        if (late.doubts === 0)
          expect(late.exchanges.map(({ operation }) => operation).filter((o) => !known.has(o))).toEqual([]);
        const seenAgain = chunks.slice(n).some(({ direction }) => direction === chunks[n - 1]!.direction);
        if (conversation.transport === 'tcp' && seenAgain)
          complete(replay(dialect, chunks.toSpliced(n - 1, 1), role));
      }
    });
  },
);
