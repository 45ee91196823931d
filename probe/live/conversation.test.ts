import fc from 'fast-check';
import { expect, test } from 'vitest';
import { total } from '../histogram.ts';
import type { Chunk, Dialect, Exchange } from '../protocols/parser.ts';
import { type Account, addAccounts, NO_REQUESTS } from './accounts.ts';
import type { TappedChunk } from './chunk.ts';
import { Conversation, type Ground, type Socket } from './conversation.ts';
import { createNames } from './operations.ts';
import { createRecogniser } from './recognise.ts';

/** A dialect whose bytes say what its parser is to give out: `{"emit":[…],"doubt":true}`. */
const puppet: Dialect = {
  protocol: 'http',
  recognise: (chunks) => (chunks[0]!.bytes.length > 0 ? 'yes' : 'later'),
  parser(emit) {
    let doubts = 0;
    return {
      protocol: 'http',
      get doubts() {
        return doubts;
      },
      feed({ bytes }) {
        if (bytes.length === 0) return;
        const said = JSON.parse(new TextDecoder().decode(bytes)) as { emit: Exchange[]; doubt: boolean };
        for (const exchange of said.emit) emit(exchange);
        if (said.doubt) doubts++;
      },
      end() {},
    };
  },
};

function stage(dialects: readonly Dialect[] = [puppet]) {
  const ground: Ground = {
    recogniser: createRecogniser(dialects),
    cutNs: Number.POSITIVE_INFINITY,
    interruptedNs: 0,
    bufferedBytes: 0,
    maxBufferedBytes: 10_000,
    counts: { undecided: 0, parsed: 0, unrecognised: 0, folded: 0, doubtful: 0 },
    onExchange: () => {},
  };
  const verdicts: string[] = [];
  const socket: Socket = {
    role: 'client',
    end: {
      port: 80,
      names: createNames(),
      dialect: null,
      spoke: ({ protocol }) => verdicts.push(protocol),
      spokeNothingKnown: () => verdicts.push('nothing'),
    },
    isn: null,
    preexisting: false,
    toldNs: 0,
  };
  return { ground, socket, verdicts };
}

function chunk(said: { emit?: readonly Exchange[]; doubt?: boolean } | null, serial = 0): TappedChunk {
  return {
    cookie: 1,
    openedNs: 1,
    role: 'client',
    netns: 1,
    received: false,
    unreadable: false,
    clear: false,
    serial,
    direction: 'request',
    at: 1,
    arrived: 0,
    offset: 0,
    length: 100,
    bytes: said === null ? new Uint8Array() : new TextEncoder().encode(JSON.stringify({ emit: [], ...said })),
  };
}

const exchange = (answeredAt: number, operation = 'GET /'): Exchange => ({
  offset: 0,
  startedAt: answeredAt - 500_000,
  arrivedAt: 0,
  answeredAt,
  operation,
  status: 200,
  failed: false,
  timed: true,
});

const NOTHING = { made: 0, stopped: false, turnNs: 0 };

test('an undisturbed conversation tells everything from its payload', () => {
  const { ground, socket } = stage();
  const conversation = new Conversation(ground, socket, chunk(null));
  conversation.feed(chunk({ emit: [exchange(5000, 'GET /a'), exchange(6000, 'GET /b')] }));
  const { clean, account, protocol } = conversation.finish(NOTHING);
  expect([clean, protocol]).toEqual([true, 'http']);
  expect(account).toMatchObject({ basis: 'parsed', requests: 2, failedRequests: 0, untimed: 0 });
  expect(account.operations.map(({ name, requests }) => [name, requests])).toEqual([
    ['GET /a', 1],
    ['GET /b', 1],
  ]);
  expect(ground.counts).toEqual({ undecided: 0, parsed: 1, unrecognised: 0, folded: 0, doubtful: 0 });
});

test.each([
  ['the kernel made a chunk that never came', () => ({ tap: { ...NOTHING, made: 2 } })],
  ['chunks stopped', () => ({ tap: { ...NOTHING, made: 1, stopped: true } })],
  ['a serial number is missing', () => ({ serial: 3 })],
  ['the parser doubts', () => ({ doubt: true })],
  ['chunks were not made for a while', () => ({ interrupted: 7000 })],
])('a slice is told from turns when %s, and the next is clean again', (_, how) => {
  const {
    tap = NOTHING,
    serial = 0,
    doubt = false,
    interrupted = 0,
  } = how() as {
    tap?: typeof NOTHING;
    serial?: number;
    doubt?: boolean;
    interrupted?: number;
  };
  const { ground, socket } = stage();
  const conversation = new Conversation(ground, socket, chunk(null));
  conversation.feed(chunk({ emit: [exchange(5000)], doubt: false }, serial));
  conversation.feed(chunk({ emit: [exchange(5500)], doubt }));
  ground.interruptedNs = interrupted;
  ground.cutNs = 8000;
  const missing = { ...tap, made: tap.made === 2 ? 3 : tap.made };
  expect(conversation.report(missing)).toMatchObject({ clean: false, account: { requests: 0 } });
  ground.cutNs = Number.POSITIVE_INFINITY;
  conversation.feed(chunk({ emit: [exchange(9000)] }));
  expect(conversation.finish({ ...missing, stopped: false, made: missing.made === 3 ? 4 : 0 })).toMatchObject(
    {
      clean: true,
      account: { requests: 1 },
    },
  );
  expect(ground.counts).toMatchObject({ parsed: 1, doubtful: 1 });
});

/**
 * A life: in each slice of 1000 ns requests are answered, of which the parser gives some out at once, some in later slices and,
 * where the slice is in doubt, some never. A sweep reads the chunks that were there at its end, and the record of the socket as
 * it was at some moment on the way; the kernel's turns count each request when it is answered.
 */
const life = fc.array(
  fc.record({
    doubt: fc.boolean(),
    recordAfter: fc.nat(100),
    requests: fc.array(
      fc.record({ at: fc.integer({ min: 2, max: 999 }), late: fc.nat(3), lost: fc.boolean() }),
      {
        maxLength: 6,
      },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);
const SWEEP_NS = 100;

test('whatever is in doubt, every request is told exactly once', () => {
  fc.assert(
    fc.property(life, (slices) => {
      const { ground, socket } = stage();
      const conversation = new Conversation(ground, socket, chunk(null));
      conversation.feed(chunk({}));
      const last = slices.length - 1;
      const records = slices.map(({ recordAfter }, slice) =>
        slice === last ? Number.POSITIVE_INFINITY : 1000 * (slice + 1) + recordAfter,
      );
      const requests = slices
        .flatMap(({ requests }, slice) => requests.map((each) => ({ ...each, at: 1000 * slice + each.at })))
        .map((each) => {
          const slice = records.findIndex((record) => each.at <= record);
          const met = slices.findIndex((_, i) => i === last || each.at <= 1000 * (i + 1) + SWEEP_NS);
          return {
            ...each,
            slice,
            lost: each.lost && slices[slice]!.doubt,
            emitted: Math.min(last, met + each.late),
          };
        });

      let told: Account = NO_REQUESTS;
      for (const [slice, { doubt }] of slices.entries()) {
        const emit = requests
          .filter(({ emitted, lost }) => emitted === slice && !lost)
          .map(({ at }) => exchange(at));
        const turns = requests.filter((each) => each.slice === slice);
        const turnNs = Math.max(0, ...requests.filter((each) => each.slice <= slice).map(({ at }) => at));
        if (slice < last) ground.cutNs = 1000 * (slice + 1);
        conversation.feed(chunk({ emit, doubt }));
        const tap = { ...NOTHING, turnNs };
        const { clean, account } = slice < last ? conversation.report(tap) : conversation.finish(tap);
        ground.cutNs = Number.POSITIVE_INFINITY;
        told = addAccounts(told, account);
        if (!clean) told = addAccounts(told, { ...NO_REQUESTS, basis: 'turns', requests: turns.length });
      }
      expect(told.requests).toBe(requests.length);
      expect(told.basis).toBe(slices.some(({ doubt }) => doubt) ? 'turns' : 'parsed');
      expect(told.operations.reduce((sum, { requests }) => sum + requests, 0)).toBe(total(told.latency));
    }),
    { numRuns: 1000 },
  );
});

test('a conversation met after its requests were told from turns does not tell them again', () => {
  const { ground, socket } = stage();
  const conversation = new Conversation(ground, { ...socket, toldNs: 5000 }, chunk(null));
  conversation.feed(chunk({ emit: [exchange(4000), exchange(6000)] }));
  expect(conversation.finish(NOTHING)).toMatchObject({ clean: true, account: { requests: 1 } });
});

test('first chunks are kept until it is recognised, no more of them than there is room for', () => {
  const { ground, socket, verdicts } = stage();
  const seen: number[] = [];
  const slow: Dialect = {
    ...puppet,
    recognise: (chunks: readonly Chunk[]) => (chunks.length < 3 ? 'later' : 'yes'),
    parser: () => ({
      protocol: 'http',
      doubts: 0,
      feed: ({ bytes }) => seen.push(bytes.length),
      end() {},
    }),
  };
  ground.recogniser.recognise = createRecogniser([slow]).recognise;
  const fill = (length: number): TappedChunk => ({ ...chunk(null), bytes: new Uint8Array(length) });
  const conversation = new Conversation(ground, socket, fill(1));
  for (const length of [1, 2, 3, 4]) conversation.feed(fill(length));
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(verdicts).toEqual(['http']);
  expect(ground.bufferedBytes).toBe(0);

  const large = new Conversation(ground, socket, fill(1));
  for (const length of [6000, 6000, 1]) large.feed(fill(length));
  expect(large.finish(NOTHING)).toMatchObject({ clean: false, protocol: null });
  expect(ground.counts).toMatchObject({ parsed: 1, folded: 1, undecided: 0 });
  expect(ground.bufferedBytes).toBe(0);
});

test('the clear text of an encrypted connection is another stream', () => {
  const { ground, socket, verdicts } = stage([
    { ...puppet, recognise: ([first]) => (first!.length === 7 ? 'no' : 'yes') },
  ]);
  const conversation = new Conversation(ground, socket, chunk(null));
  conversation.feed({ ...chunk(null), length: 7 });
  conversation.feed({ ...chunk({ emit: [exchange(5000)] }), clear: true });
  conversation.feed({ ...chunk({ emit: [exchange(5001)] }) });
  expect(verdicts).toEqual(['nothing', 'http']);
  expect(conversation.finish(NOTHING)).toMatchObject({ clean: true, account: { requests: 1 } });
});
