import { describe, expect, test } from 'vitest';
import { histogramOf, histogramTotal } from '../probe/index.ts';
import { type AssemblyOptions, createAssembly } from './assembly.ts';
import { pair, podEnd, START, socket, UNKNOWN } from './fixtures.ts';
import { type Leaf, openStore, type Period, WINDOW_MICROS } from './index.ts';

const ALWAYS: Period = { from: 0, to: 4e15 };
const INFO = { lost: 0, expectedNodes: [], probeNode: 'n0' };
const SECOND = 1_000_000;

async function fresh(options: AssemblyOptions = {}) {
  const store = await openStore(':memory:');
  const assembly = createAssembly(store, options);
  let now = START;
  await assembly.tick(now, INFO);
  return {
    store,
    assembly,
    /** Lets time pass, a tick a second. */
    async pass(seconds: number) {
      for (let i = 0; i < seconds; i++) {
        now += SECOND;
        await assembly.tick(now, INFO);
      }
    },
    async leaves(): Promise<Leaf[]> {
      await assembly.flush();
      const leaves = await store.leaves(ALWAYS);
      await store.close();
      return leaves;
    },
  };
}

const latency = histogramOf([1000, 2000]);
const service = histogramOf([900, 1900]);
const wait = histogramOf([10, 20]);
const fromClient = {
  opened: 1,
  requests: 2,
  failedRequests: 1,
  bytesSent: 100,
  bytesReceived: 700,
  segmentsSent: 5,
  retransmits: 1,
  connectMicros: 300,
  rttMicros: 200,
  latency,
};
const fromServer = {
  opened: 1,
  requests: 2,
  failedRequests: 1,
  bytesSent: 700,
  bytesReceived: 100,
  segmentsSent: 4,
  retransmits: 2,
  rttMicros: 150,
  latency: service,
  wait,
  service,
};
/** What one connection with both slices above amounts to. */
const once = {
  opened: 1,
  requests: 2,
  failedRequests: 1,
  bytesSent: 100,
  bytesReceived: 700,
  segments: 9,
  retransmits: 3,
  wait,
  service,
};

describe('two ends of one connection', () => {
  test('of a conversation over UDP meet by their addresses alone; failed questions arrive', async () => {
    for (const order of ['client first', 'server first']) {
      const { assembly, leaves } = await fresh();
      const ends = pair();
      const dns = { isn: null, transport: 'udp', protocol: 'dns', segmentsReceived: 0 } as const;
      const both = [ends.client({ ...fromClient, ...dns }), ends.server({ ...fromServer, ...dns })];
      assembly.add(order === 'client first' ? both : both.reverse());
      const [leaf, ...more] = await leaves();
      expect(more).toEqual([]);
      expect(leaf!.counts).toMatchObject({ opened: 1, requests: 2, failedRequests: 1, bytesSent: 100 });
    }
  });

  test('count once, whichever comes first, each named by its own socket', async () => {
    for (const order of ['client first', 'server first']) {
      const { assembly, leaves } = await fresh();
      const ends = pair();
      const slices = [ends.client(fromClient), ends.server(fromServer)];
      assembly.add(order === 'client first' ? slices : slices.toReversed());
      const found = await leaves();
      expect(found).toHaveLength(1);
      expect(found[0]!.counts).toMatchObject({ ...once, latency });
      expect(histogramTotal(found[0]!.counts.rtt)).toBe(1);
      expect(found[0]!.counts.rtt).toEqual(histogramOf([200]));
      expect(found[0]!.counts.connect).toEqual(histogramOf([300]));
      expect(found[0]!.client).toMatchObject({ resolution: 'process', tags: { process: 'node' } });
      expect(found[0]!.server).toMatchObject({ resolution: 'process', tags: { process: 'node' } });
    }
  });

  test('meet through a service address and a masquerade that nobody could read', async () => {
    const { assembly, leaves, pass } = await fresh();
    const isn = { client: 7, server: 9 };
    const service = {
      resolution: 'service',
      tags: { namespace: 'shop', service: 'cart' },
      candidates: [],
    } as const;
    const near = socket('client', { ip: '10.0.0.1', port: 40_000 }, { ip: '10.96.0.1', port: 80 }, { isn });
    const far = socket('server', { ip: '10.0.1.1', port: 8080 }, { ip: '10.0.9.9', port: 1025 }, { isn });
    assembly.add([{ flow: { ...near, ...fromClient }, local: podEnd('front'), remote: service }]);
    await pass(1);
    assembly.add([{ flow: { ...far, ...fromServer }, local: podEnd('cart'), remote: UNKNOWN }]);
    const found = await leaves();
    expect(found.map(({ client, server, port }) => [client.tags.pod, server.tags.pod, port])).toEqual([
      ['front-0', 'cart-0', 8080],
    ]);
    expect(found[0]!.counts).toMatchObject({ ...once, latency });
    expect(assembly.counters).toMatchObject({ met: 1, waiting: 0 });
  });

  test('older than the probe, meet by the addresses that are left', async () => {
    const { assembly, leaves } = await fresh();
    const old = { isn: null, preexisting: true, opened: 0 };
    const ends = pair();
    assembly.add([ends.client({ ...fromClient, ...old }), ends.server({ ...fromServer, ...old })]);
    const found = await leaves();
    expect(found).toHaveLength(1);
    expect(found[0]!.counts).toMatchObject({ ...once, opened: 0, latency });
  });

  test('of two namespaces do not meet over their loopback addresses', async () => {
    const { assembly, leaves } = await fresh();
    const here = { ip: '127.0.0.1', port: 50_000 };
    const there = { ip: '127.0.0.1', port: 80 };
    const old = { isn: null, preexisting: true, requests: 1 };
    assembly.add([
      { flow: socket('client', here, there, { ...old, netns: 1 }), local: podEnd('a'), remote: UNKNOWN },
      { flow: socket('server', there, here, { ...old, netns: 2 }), local: podEnd('b'), remote: UNKNOWN },
    ]);
    expect((await leaves()).map(({ counts }) => counts.requests)).toEqual([1, 1]);
  });

  test('with other sequence numbers are another connection, even on the same addresses', async () => {
    const { assembly, leaves } = await fresh();
    const ends = pair();
    assembly.add([
      ends.client({ ...fromClient, isn: { client: 1, server: 2 } }),
      ends.server({ ...fromServer, isn: { client: 1, server: 3 } }),
    ]);
    const found = await leaves();
    expect(found.reduce((sum, { counts }) => sum + counts.opened, 0)).toBe(2);
  });

  test('both tell of a reset, and it counts once', async () => {
    const { assembly, leaves } = await fresh();
    const ends = pair();
    const reset = { failure: 'reset', resetBy: 'server', closed: 1 } as const;
    assembly.add([ends.server({ ...fromServer, ...reset }), ends.client({ ...fromClient, ...reset })]);
    expect((await leaves())[0]!.counts).toMatchObject({ resetByServer: 1, resetByClient: 0, closed: 1 });
  });
});

describe('an end that is seen alone', () => {
  test('waits, then is counted with its peer named by address', async () => {
    const { store, assembly, leaves, pass } = await fresh();
    assembly.add([pair().client(fromClient)]);
    await pass(1);
    expect(await store.leaves(ALWAYS)).toEqual([]);
    await pass(1);
    expect(await store.leaves(ALWAYS)).toHaveLength(1);
    const [leaf] = await leaves();
    expect(leaf!.server.resolution).toBe('pod-ip');
    expect(leaf!.counts).toMatchObject({ opened: 1, requests: 2, bytesSent: 100, segments: 5, latency });
    expect(leaf!.counts.service.buckets).toEqual([]);
  });

  test('on the server gives bytes as the client would, and its own latency and round trip', async () => {
    const { assembly, leaves } = await fresh();
    assembly.add([pair().server(fromServer)]);
    const [leaf] = await leaves();
    expect(leaf!.counts).toMatchObject({
      ...once,
      segments: 4,
      retransmits: 2,
      latency: service,
      rtt: histogramOf([150]),
    });
    expect(leaf!.counts.connect.buckets).toEqual([]);
  });

  test.each(['client', 'server'] as const)(
    'the %s, takes from a late peer only what that peer alone knows',
    async (first) => {
      const { assembly, leaves, pass } = await fresh();
      const ends = pair();
      const slices = { client: ends.client(fromClient), server: ends.server(fromServer) };
      assembly.add([slices[first]]);
      await pass(5);
      assembly.add([slices[first === 'client' ? 'server' : 'client']]);
      const found = await leaves();
      const sum = (
        name: 'opened' | 'requests' | 'bytesSent' | 'bytesReceived' | 'segments' | 'retransmits',
      ) => found.reduce((sum, { counts }) => sum + counts[name], 0);
      for (const name of [
        'opened',
        'requests',
        'bytesSent',
        'bytesReceived',
        'segments',
        'retransmits',
      ] as const) {
        expect([name, sum(name)]).toEqual([name, once[name]]);
      }
      const of = (name: 'wait' | 'service' | 'connect' | 'rtt' | 'latency') =>
        found.reduce((sum, { counts }) => sum + histogramTotal(counts[name]), 0);
      expect([of('wait'), of('service'), of('connect'), of('rtt'), of('latency')]).toEqual([2, 2, 1, 1, 2]);
    },
  );

  test('is not waited for again once it was decided', async () => {
    const { store, assembly, leaves, pass } = await fresh();
    const ends = pair();
    assembly.add([ends.client(fromClient)]);
    await pass(2);
    assembly.add([ends.client({ requests: 5 })]);
    await pass(1);
    expect((await store.leaves(ALWAYS))[0]!.counts.requests).toBe(7);
    await leaves();
  });

  test('is counted at once when too many wait', async () => {
    const { assembly, leaves } = await fresh({ maxWaiting: 2 });
    const pairs = [pair(), pair(), pair()];
    for (const ends of pairs) assembly.add([ends.client(fromClient)]);
    expect(assembly.counters).toMatchObject({ hurried: 1, waiting: 2 });
    for (const ends of pairs) assembly.add([ends.server(fromServer)]);
    const found = await leaves();
    expect(found.reduce((sum, { counts }) => sum + counts.opened, 0)).toBe(3);
    expect(found.reduce((sum, { counts }) => sum + counts.requests, 0)).toBe(6);
  });
});

describe('a connect that fails', () => {
  test('counts at once, by its reason', async () => {
    const { store, assembly, leaves, pass } = await fresh();
    for (const failure of ['refused', 'timeout', 'unreachable', 'reset'] as const) {
      assembly.add([pair().client({ isn: null, failure, segmentsSent: 1 })]);
    }
    await pass(1);
    expect(await store.leaves(ALWAYS)).toHaveLength(1);
    expect((await leaves())[0]!.counts).toMatchObject({
      refused: 1,
      timedOut: 1,
      unreachable: 1,
      resetByServer: 1,
      opened: 0,
      segments: 4,
    });
  });

  test('may be tried again on the same socket', async () => {
    const { assembly, leaves } = await fresh();
    const ends = pair();
    assembly.add([
      ends.client({ isn: null, failure: 'refused' }),
      ends.client({ isn: null, failure: 'refused' }),
      ends.client(fromClient),
      ends.server(fromServer),
    ]);
    const found = await leaves();
    expect(found.reduce((sum, { counts }) => sum + counts.refused, 0)).toBe(2);
    expect(found.reduce((sum, { counts }) => sum + counts.opened, 0)).toBe(1);
  });

  test('is not what an established connection does when it times out', async () => {
    const { assembly, leaves } = await fresh();
    assembly.add([pair().client({ ...fromClient, failure: 'timeout', closed: 1 })]);
    expect((await leaves())[0]!.counts).toMatchObject({ opened: 1, closed: 1, timedOut: 0 });
  });
});

test('a connection that took long to open still counts once', async () => {
  const { assembly, leaves, pass } = await fresh();
  const ends = pair();
  assembly.add([ends.client({ isn: null, segmentsSent: 1 })]);
  await pass(3);
  assembly.add([ends.server(fromServer)]);
  assembly.add([ends.client(fromClient)]);
  const found = await leaves();
  expect(found.reduce((sum, { counts }) => sum + counts.requests, 0)).toBe(2);
  expect(found.reduce((sum, { counts }) => sum + counts.segments, 0)).toBe(10);
});

test('an end that its own socket could not name is named by the other', async () => {
  const { assembly, leaves } = await fresh();
  const ends = pair();
  assembly.add([ends.client(fromClient), { ...ends.server(fromServer), local: UNKNOWN }]);
  const found = await leaves();
  expect(found.map(({ server }) => [server.tags.pod, server.resolution])).toEqual([['cart-0', 'pod-ip']]);
});

test('slices count in their own windows, with one round trip for each', async () => {
  const { store, assembly } = await fresh();
  const ends = pair();
  for (const window of [0, 0, 1, 1, 1, 2]) {
    const from = START + window * WINDOW_MICROS;
    assembly.add([
      ends.client({ from, to: from + SECOND, requests: 1, rttMicros: 100 }),
      ends.server({ from, to: from + SECOND, requests: 1, rttMicros: 100 }),
    ]);
  }
  await assembly.flush();
  const series = await store.series(ALWAYS);
  expect(series.map(({ counts }) => [counts.requests, histogramTotal(counts.rtt)])).toEqual([
    [2, 1],
    [3, 1],
    [1, 1],
  ]);
  await store.close();
});

test('ends are forgotten when they are over, silent, or too many', async () => {
  const { assembly, leaves, pass } = await fresh({ maxEnds: 64 });
  const over = pair();
  assembly.add([over.client({ ...fromClient, closed: 1 }), over.server({ ...fromServer, closed: 1 })]);
  assembly.add([pair().client({ ...fromClient, closed: 1 })]);
  assembly.add([pair().client(fromClient)]);
  expect(assembly.counters.ends).toBe(4);
  await pass(10);
  expect(assembly.counters.ends).toBe(2);
  await pass(35);
  expect(assembly.counters.ends).toBe(1);
  for (let i = 0; i < 200; i++) assembly.add([pair().client(fromClient)]);
  expect(assembly.counters.ends).toBeLessThanOrEqual(64);
  expect(assembly.counters.evicted).toBeGreaterThan(100);
  const found = await leaves();
  expect(found.reduce((sum, { counts }) => sum + counts.opened, 0)).toBe(203);
});

test('more leaves than fit are folded into port 0', async () => {
  const { assembly, leaves } = await fresh({ maxCells: 10 });
  for (let port = 1; port <= 30; port++) {
    assembly.add([pair('scanner', 'cart', { port }).client({ isn: null, failure: 'refused' })]);
  }
  const found = await leaves();
  expect(found).toHaveLength(11);
  expect(found.find(({ port }) => port === 0)!.counts.refused).toBe(20);
  expect(assembly.counters.folded).toBe(20);
});

describe('a store that cannot be written', () => {
  test('gets everything once it can', async () => {
    const store = await openStore(':memory:');
    let broken = true;
    const assembly = createAssembly({
      ...store,
      append: (batch) => (broken ? Promise.reject(new Error('full')) : store.append(batch)),
    });
    for (let i = 0; i < 3; i++) {
      const ends = pair();
      assembly.add([ends.client(fromClient), ends.server(fromServer)]);
      await expect(assembly.tick(START + i * SECOND, INFO)).rejects.toThrow('full');
    }
    broken = false;
    await assembly.tick(START + 3 * SECOND, INFO);
    expect((await store.edges(ALWAYS))[0]!.counts).toMatchObject({ opened: 3, requests: 6 });
    await store.close();
  });

  test('for too long, loses rows and says how many connections that was', async () => {
    const store = await openStore(':memory:');
    let broken = true;
    const assembly = createAssembly(
      { ...store, append: (batch) => (broken ? Promise.reject(new Error('full')) : store.append(batch)) },
      { maxUnsent: 2 },
    );
    for (const server of ['a', 'b', 'c']) {
      assembly.add([pair('front', server).client({ isn: null, failure: 'refused' })]);
    }
    await expect(assembly.tick(START, INFO)).rejects.toThrow('full');
    expect(assembly.counters.droppedRows).toBe(1);
    broken = false;
    await assembly.tick(START + SECOND, INFO);
    expect(await store.edges(ALWAYS)).toHaveLength(2);
    const coverage = await store.coverage(ALWAYS);
    expect(coverage.reduce((sum, { lost }) => sum + lost, 0)).toBe(1);
    await store.close();
  });
});

describe('coverage', () => {
  const rows = async (store: Awaited<ReturnType<typeof openStore>>) =>
    (await store.coverage(ALWAYS)).map(({ window, ...row }) => ({
      window: (window - START) / WINDOW_MICROS,
      ...row,
    }));

  test('counts what each node opened, and the ends without a name', async () => {
    const store = await openStore(':memory:');
    const assembly = createAssembly(store);
    const both = pair('front', 'cart', { clientReplica: 1, serverReplica: 2 });
    const alone = pair('front', 'away', { clientReplica: 1 });
    assembly.add([both.client(fromClient), both.server(fromServer)]);
    assembly.add([{ ...alone.client(fromClient), remote: UNKNOWN }]);
    assembly.add([{ ...alone.client({ requests: 1 }), remote: UNKNOWN }]);
    await assembly.tick(START + SECOND, { lost: 3, expectedNodes: ['n1', 'n2', 'n9'], probeNode: 'n1' });
    await assembly.tick(START + 3 * SECOND, { lost: 5, expectedNodes: ['n1', 'n2', 'n9'], probeNode: 'n1' });
    expect(await rows(store)).toEqual([
      { window: 0, node: 'n1', reporting: true, seen: 2, lost: 5, ends: 3, unresolved: 1, level: 0 },
      { window: 0, node: 'n2', reporting: true, seen: 1, lost: 0, ends: 1, unresolved: 0, level: 0 },
      { window: 0, node: 'n9', reporting: false, seen: 0, lost: 0, ends: 0, unresolved: 0, level: 0 },
    ]);
    await store.close();
  });

  test('has rows for quiet windows too, so that only a stopped probe leaves a gap', async () => {
    const store = await openStore(':memory:');
    const assembly = createAssembly(store);
    const ends = pair('front', 'cart', { clientReplica: 1, serverReplica: 1 });
    assembly.add([ends.client(fromClient), ends.server(fromServer)]);
    const info = { lost: 0, expectedNodes: ['n1'], probeNode: 'the-machine' };
    for (const second of [1, 2, 11, 12, 45]) await assembly.tick(START + second * SECOND, info);
    expect((await rows(store)).map(({ window, node, seen }) => [window, node, seen])).toEqual([
      [0, 'n1', 2],
      [1, 'n1', 0],
      [4, 'n1', 0],
    ]);
    expect(await store.gaps(ALWAYS)).toEqual([
      { from: START + 2 * WINDOW_MICROS, to: START + 4 * WINDOW_MICROS },
    ]);
    await store.close();
  });

  test('begins before anything was seen, and a new probe counts its losses from zero', async () => {
    const store = await openStore(':memory:');
    const assembly = createAssembly(store);
    const info = { expectedNodes: [], probeNode: 'the-machine' };
    for (const lost of [0, 7, 7, 2, 4]) await assembly.tick(START, { ...info, lost });
    expect(await rows(store)).toEqual([
      {
        window: 0,
        node: 'the-machine',
        reporting: true,
        seen: 0,
        lost: 11,
        ends: 0,
        unresolved: 0,
        level: 0,
      },
    ]);
    await store.close();
  });
});
