import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NamedFlow } from '../enrich/index.ts';
import { type Flow, type Histogram, histogramOf, mergeHistograms } from '../probe/index.ts';
import { createAssembly } from './assembly.ts';
import { pair, START } from './fixtures.ts';
import { openStore, WINDOW_MICROS } from './index.ts';

const INFO = { lost: 0, expectedNodes: [], probeNode: 'n0' };

/** What happened on a connection in one exchange; each end tells of it in a slice of its own choice. */
interface Exchange {
  readonly latencies: readonly number[];
  readonly failed: number;
  readonly sent: number;
  readonly received: number;
  readonly segments: readonly [client: number, server: number];
  readonly retransmits: readonly [client: number, server: number];
}

interface Connection {
  readonly clientReplica: number;
  readonly serverReplica: number;
  readonly port: number;
  readonly seen: 'both' | 'client' | 'server';
  readonly ending: 'open' | 'closed' | 'reset by client' | 'reset by server' | 'refused';
  readonly exchanges: readonly Exchange[];
  /** How many exchanges each end puts into one slice. */
  readonly clientSlice: number;
  readonly serverSlice: number;
}

const exchange: fc.Arbitrary<Exchange> = fc.record({
  latencies: fc.array(fc.integer({ min: 20, max: 1_000_000 }), { maxLength: 4 }),
  failed: fc.nat(2),
  sent: fc.nat(10_000),
  received: fc.nat(10_000),
  segments: fc.tuple(fc.nat(20), fc.nat(20)),
  retransmits: fc.tuple(fc.nat(2), fc.nat(2)),
});

const connection: fc.Arbitrary<Connection> = fc.record({
  clientReplica: fc.nat(1),
  serverReplica: fc.nat(1),
  port: fc.constantFrom(80, 8080),
  seen: fc.constantFrom('both', 'both', 'client', 'server'),
  ending: fc.constantFrom('open', 'closed', 'reset by client', 'reset by server', 'refused'),
  exchanges: fc.array(exchange, { minLength: 1, maxLength: 5 }),
  clientSlice: fc.integer({ min: 1, max: 5 }),
  serverSlice: fc.integer({ min: 1, max: 5 }),
});

/** Slices of one end in their order. */
type Lane = readonly NamedFlow[];

function lanesOf(c: Connection): Lane[] {
  const ends = pair('front', 'cart', c);
  if (c.ending === 'refused') {
    return c.seen === 'server' ? [] : [[ends.client({ isn: null, failure: 'refused', segmentsSent: 1 })]];
  }
  const client = slicesOf(c, c.clientSlice, 'client').map((slice) => ends.client(slice));
  const server = slicesOf(c, c.serverSlice, 'server').map((slice) => ends.server(slice));
  return [...(c.seen === 'server' ? [] : [client]), ...(c.seen === 'client' ? [] : [server])];
}

function slicesOf(
  { exchanges, ending }: Connection,
  size: number,
  role: 'client' | 'server',
): Partial<Flow>[] {
  const side = role === 'client' ? 0 : 1;
  const slices: Partial<Flow>[] = [];
  for (let i = 0; i < exchanges.length; i += size) {
    const part = exchanges.slice(i, i + size);
    const sum = (of: (exchange: Exchange) => number) => part.reduce((sum, one) => sum + of(one), 0);
    const last = i + size >= exchanges.length;
    const reset = last && ending.startsWith('reset');
    const latencies = part.flatMap((one) => one.latencies);
    const from = START + Math.floor(i / 2) * WINDOW_MICROS;
    slices.push({
      from,
      to: from + 1_000_000,
      opened: i === 0 ? 1 : 0,
      closed: last && ending !== 'open' ? 1 : 0,
      failure: reset ? 'reset' : null,
      resetBy: reset ? (ending === 'reset by client' ? 'client' : 'server') : null,
      connectMicros: i === 0 && role === 'client' ? 250 : null,
      bytesSent: sum((one) => (role === 'client' ? one.sent : one.received)),
      bytesReceived: sum((one) => (role === 'client' ? one.received : one.sent)),
      segmentsSent: sum((one) => one.segments[side]),
      retransmits: sum((one) => one.retransmits[side]),
      requests: latencies.length,
      failedRequests: sum((one) => Math.min(one.failed, one.latencies.length)),
      latency: histogramOf(latencies),
      ...(role === 'server'
        ? {
            wait: histogramOf(latencies.map(() => 5)),
            service: histogramOf(latencies.map((value) => value / 2)),
          }
        : {}),
    });
  }
  return slices;
}

interface Truth {
  opened: number;
  closed: number;
  refused: number;
  resetByClient: number;
  resetByServer: number;
  requests: number;
  failedRequests: number;
  bytesSent: number;
  bytesReceived: number;
  segments: number;
  retransmits: number;
  latency: Histogram;
  service: Histogram;
  connect: Histogram;
}

/** What the table must say of a connection, from what happened and not from how it was told. */
function truthOf({ seen, ending, exchanges }: Connection): Truth | null {
  const refused = ending === 'refused';
  if (refused && seen === 'server') return null;
  const happened = refused ? [] : exchanges;
  const sides = [seen !== 'server', seen !== 'client'].map(Number);
  const sum = (of: (exchange: Exchange) => number) => happened.reduce((sum, one) => sum + of(one), 0);
  const latencies = happened.flatMap((one) => one.latencies);
  return {
    opened: refused ? 0 : 1,
    closed: refused || ending === 'open' ? 0 : 1,
    refused: refused ? 1 : 0,
    resetByClient: ending === 'reset by client' ? 1 : 0,
    resetByServer: ending === 'reset by server' ? 1 : 0,
    requests: latencies.length,
    failedRequests: sum((one) => Math.min(one.failed, one.latencies.length)),
    bytesSent: sum((one) => one.sent),
    bytesReceived: sum((one) => one.received),
    segments: refused ? 1 : sum((one) => one.segments[0] * sides[0]! + one.segments[1] * sides[1]!),
    retransmits: sum((one) => one.retransmits[0] * sides[0]! + one.retransmits[1] * sides[1]!),
    latency: histogramOf(latencies),
    service: histogramOf(seen === 'client' ? [] : latencies.map((value) => value / 2)),
    connect: histogramOf(seen === 'server' || refused ? [] : [250]),
  };
}

function add(a: Truth | undefined, b: Truth): Truth {
  if (a === undefined) return b;
  const names = Object.keys(b) as (keyof Truth)[];
  return Object.fromEntries(
    names.map((name) => {
      const [x, y] = [a[name], b[name]];
      return [name, typeof x === 'number' ? x + (y as number) : mergeHistograms(x, y as Histogram)];
    }),
  ) as unknown as Truth;
}

/** The next lane to take a slice from, or a number of milliseconds to let pass. */
type Step = { readonly lane: number } | { readonly milliseconds: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ lane: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ milliseconds: fc.integer({ min: 100, max: 2500 }) }) },
);

test('every connection counts once per pod pair and port, in whatever order its ends tell of it', async () => {
  let met = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(connection, { minLength: 1, maxLength: 8 }),
      fc.array(step, { maxLength: 60 }),
      fc.constantFrom(2, 50_000),
      async (connections, steps, maxWaiting) => {
        const rows = await openStore(':memory:');
        const assembly = createAssembly(rows, { maxWaiting });
        const lanes = connections.flatMap(lanesOf).map((lane) => [...lane]);
        let now = START;
        await assembly.tick(now, INFO);
        for (const one of steps) {
          if ('milliseconds' in one) {
            now += one.milliseconds * 1000;
            await assembly.tick(now, INFO);
          } else if (lanes.length > 0) {
            const slice = lanes[one.lane % lanes.length]!.shift();
            if (slice !== undefined) assembly.add([slice]);
          }
        }
        for (const lane of lanes) assembly.add(lane);
        await assembly.flush();
        met += assembly.counters.met;

        const truth = new Map<string, Truth>();
        for (const one of connections) {
          const counted = truthOf(one);
          if (counted === null) continue;
          const key = `front-${one.clientReplica} cart-${one.serverReplica} ${one.port}`;
          truth.set(key, add(truth.get(key), counted));
        }
        const found = new Map<string, Truth>();
        for (const { client, server, port, counts } of await rows.leaves({ from: 0, to: 4e15 })) {
          const key = `${client.tags.pod} ${server.tags.pod} ${port}`;
          const known = truth.get(key);
          expect(known, key).toBeDefined();
          const names = Object.keys(known!) as (keyof Truth)[];
          found.set(key, add(found.get(key), Object.fromEntries(names.map((n) => [n, counts[n]])) as never));
        }
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(truth));
        await rows.close();
      },
    ),
    { numRuns: 60 },
  );
  expect(met).toBeGreaterThan(0);
});
