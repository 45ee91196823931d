import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOf, histogramOf } from '../probe/index.ts';
import type { Cause } from './cause.ts';
import { NOTHING } from './counts.ts';
import { causesOf } from './findings.ts';
import { MEASURES, SERVED, sampleOf } from './measure.ts';
import { type Ownership, originate } from './originate.ts';
import { type Asked, counted, gathered, windows } from './testing/counted.ts';
import type { Fault } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { type Pod, shopOf } from './testing/shop.ts';
import { simulate } from './testing/simulate.ts';
import { answerOf, said } from './testing/worlds.ts';
import { why } from './why.ts';

const LATENCY = MEASURES.find(({ name }) => name === 'latency')!;
const PAST = 12;
const NOW = 3;
const NODES = ['n1', 'n2', 'n3', 'n4'];
const { pods } = shopOf({ web: ['n1'], mobile: ['n2'], store: NODES, vault: NODES, table: ['n1'] });
const of = (workload: string): readonly Pod[] => pods.get(workload)!;

describe('what is counted as served slowly', () => {
  test('is the time that servers took, by the threshold of latency', () => {
    const times = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 10_000_000 }), (latency, service, limit) => {
        const counts = { ...NOTHING, latency: histogramOf(latency), service: histogramOf(service) };
        const slow = bucketOf(limit);
        expect(sampleOf(SERVED, counts, slow)).toEqual({
          bad: service.filter((micros) => bucketOf(micros) > slow).length,
          total: service.length,
        });
      }),
    );
    // The baseline of an edge is found by the name.
    expect({ ...SERVED, time: 'latency' }).toEqual(LATENCY);
  });
});

/** Both periods of some calls of which the last windows are the period. */
async function evidenceOf(calls: Parameters<typeof counted>[1]) {
  const reader = memoryReader(counted(PAST + NOW, calls));
  const { evidence } = await gathered(reader, windows(PAST, PAST + NOW), windows(0, PAST));
  return { evidence, ownership: originate(evidence.edges, evidence.anomalies, evidence.baselines) };
}

describe('what a server takes longer by itself', () => {
  const REQUESTS = 20;
  /** Milliseconds that the table adds, the store adds by itself, and the way to the store adds. */
  const added = async (ms: { readonly below: number; readonly own: number; readonly way: number }) => {
    const each = (time: number): number[] => Array(REQUESTS).fill(time);
    const now = (window: number): number => (window >= PAST ? 1 : 0);
    const store = (window: number): Asked => {
      const served = 8 + now(window) * (ms.below + ms.own);
      return { requests: REQUESTS, served: each(served), times: each(served + 1 + now(window) * ms.way) };
    };
    const table = (window: number): Asked => {
      const served = 4 + now(window) * ms.below;
      return { requests: REQUESTS, served: each(served), times: each(served + 1) };
    };
    const one = of('store').slice(0, 1);
    const { evidence, ownership } = await evidenceOf([
      { clients: of('web'), servers: one, asked: store },
      { clients: one, servers: of('table'), asked: table },
    ]);
    const share = (workload: string, { served, share }: Ownership): { served: number; latency: number } => {
      const edge = evidence.edges.find(({ key }) => key.server.workload === workload)!;
      const [leaf] = edge.leaves;
      return { served: served(edge, leaf!), latency: share('latency', leaf!) };
    };
    return { store: share('store', ownership), table: share('table', ownership) };
  };

  test('is none where its calls took all of it', async () => {
    const { store, table } = await added({ below: 100, own: 0, way: 0 });
    expect([store.served, table.served]).toEqual([0, 1]);
  });

  test('is what its calls did not take', async () => {
    expect((await added({ below: 0, own: 100, way: 0 })).store.served).toBe(1);
    expect((await added({ below: 100, own: 100, way: 0 })).store.served).toBeCloseTo(0.5, 1);
    // Too little to be called its own.
    expect((await added({ below: 160, own: 40, way: 0 })).store.served).toBe(0);
  });

  test('is none of what is lost or late on the way', async () => {
    const { store } = await added({ below: 0, own: 0, way: 200 });
    expect(store).toEqual({ served: 0, latency: 1 });
    const half = await added({ below: 100, own: 100, way: 400 });
    expect(half.store.served).toBeCloseTo(0.5, 1);
    expect(half.store.latency).toBeGreaterThan(0.75);
  });
});

/** What happens to a call since the onset. */
interface Effect {
  /** Whether segments are lost, and some requests wait for them. */
  readonly loses?: boolean;
  /** Whether some requests are answered late by the server itself, or on the way without a loss. */
  readonly slow?: boolean;
  readonly late?: boolean;
  /** Whether the server answers some late because the table does. */
  readonly below?: boolean;
}

const REQUESTS = 20;
const SOME = 5;

/** Causes of a world in which two clients ask two workloads on four nodes, one of which asks a table. */
async function causes(effect: (server: Pod) => Effect, seen = true): Promise<Cause[]> {
  const of = (window: number, server: Pod): Effect => (window >= PAST ? effect(server) : {});
  const answered = ({ loses = false, slow = false, late = false, below = false }: Effect): Asked => {
    const index = Array.from({ length: REQUESTS }, (_, i) => i);
    // Those that are answered late are not those that are lost.
    const served = index.map((i) => ((slow || below) && i < SOME ? 104 : 4));
    const times = index.map((i) => served[i]! + 1 + ((loses || late) && i >= REQUESTS - SOME ? 200 : 0));
    return { requests: REQUESTS, times, served: seen ? served : [], lost: loses ? SOME : 0 };
  };
  const clients = [...pods.get('web')!, ...pods.get('mobile')!];
  const [store, vault, table] = [pods.get('store')!, pods.get('vault')!, pods.get('table')!];
  const asked = (window: number, _: Pod, server: Pod): Asked => answered(of(window, server));
  const called = (window: number, client: Pod): Asked =>
    answered({ slow: of(window, client).below ?? false });
  const { evidence, ownership } = await evidenceOf([
    { clients, servers: store, port: 8080, asked },
    { clients, servers: vault, port: 8081, asked },
    // Once for each request of either client.
    { clients: store, servers: table, port: 5432, asked: called },
    { clients: store, servers: table, port: 5432, asked: called },
  ]);
  return causesOf(evidence, ownership);
}

const told = ({ located: { cube, candidate } }: Cause): string =>
  `${cube.measure === SERVED ? 'served' : cube.measure.name}: ${said(candidate.tags)}`;

const node = (name: string) => (server: Pod) => server.node === name;
const instance = (name: string) => (server: Pod) => server.name === name;

describe('with no loss known', () => {
  test('slow is what clients wait for, at the server or on the way', async () => {
    const slow = await causes((server) => ({ slow: instance('store-1')(server) }));
    expect(slow.map(told)).toEqual(['latency: server pod=store-1']);
    const late = await causes((server) => ({ late: node('n2')(server) }));
    expect(late.map(told)).toEqual(['latency: server node=n2']);
    expect(late[0]!.mechanism).toBe('network latency');
  });
});

describe('once a loss is known', () => {
  const loss4 = 'retransmits: server node=n4';

  test('what is slow of it is the same cause', async () => {
    const [loss, ...others] = await causes((server) => ({ loses: node('n4')(server) }));
    expect(told(loss!)).toBe(loss4);
    expect(others).toEqual([]);
    expect(loss!.also.map((one) => [told(one), one.located.ofLoss])).toEqual([
      ['latency: server node=n4', true],
    ]);
  });

  test.each([
    ['elsewhere', 'store-1'],
    ['where segments are lost', 'store-3'],
  ])('an instance %s that takes long itself is a cause beside it', async (_, name) => {
    const found = await causes((server) => ({ loses: node('n4')(server), slow: instance(name)(server) }));
    expect(found.map(told).sort()).toEqual([loss4, `served: server pod=${name}`]);
    const served = found.find(({ located }) => located.cube.measure === SERVED)!;
    const { bad, total } = served.located.candidate;
    // Of both clients: those that it took long over, without those that were lost.
    expect([bad, total]).toEqual([2 * NOW * SOME, 2 * NOW * REQUESTS]);
    expect(served.split!.service).toBeGreaterThan(90);
    // What clients wait for says it no second time.
    expect(served.also).toEqual([]);
  });

  // It is called a loss: the split and the mechanism are told by what clients wait for, whatever was located.
  test('an instance that takes long itself is slow, also where segments are lost', async () => {
    const found = await causes((server) => ({
      loses: node('n4')(server),
      slow: instance('store-3')(server),
    }));
    const served = found.find(({ located }) => located.cube.measure === SERVED)!;
    expect(served.mechanism).toBe('slow service');
  });

  test('a place whose servers take long is one beside it, but not where segments are lost', async () => {
    const beside = await causes((server) => ({ loses: node('n4')(server), slow: node('n2')(server) }));
    expect(beside.map(told).sort()).toEqual([loss4, 'served: server node=n2']);
    const same = await causes((server) => ({ loses: node('n4')(server), slow: node('n4')(server) }));
    expect(same.map(told)).toEqual([loss4]);
    expect(same[0]!.also.map(told)).toEqual(['latency: server node=n4']);
  });

  test('who waits for a slow callee is none, though segments are lost on the way to it', async () => {
    const found = await causes((server) => ({
      loses: node('n4')(server),
      below: instance('store-3')(server),
    }));
    expect(found.map(told).sort()).toEqual([loss4, 'served: client pod=store-3']);
    const served = found.find(({ located }) => located.cube.measure === SERVED)!;
    expect(served.edges.map(({ client, server }) => [client.workload, server.workload])).toEqual([
      ['store', 'table'],
    ]);
  });

  test('what clients wait for still speaks where no server is seen', async () => {
    const found = await causes(
      (server) => ({ loses: node('n4')(server), slow: instance('store-1')(server) }),
      false,
    );
    expect(found.map(told).sort()).toEqual(['latency: server pod=store-1', loss4]);
  });
});

describe('loss in a zone, and between two nodes without loss a delay', () => {
  const faults: readonly Fault[] = [
    { hits: (client, server) => client.zone === 'b' || server.zone === 'b', loss: 0.03 },
    {
      hits: (client, server) => [client.node, server.node].sort().join() === 'n1,n2',
      delay: 40,
    },
  ];
  const asked = async (seed: number) => {
    const rows = simulate({ seed, seconds: 100, onset: 60, load: 20, faults });
    const report = await why(memoryReader(rows), { service: { namespace: 'shop', workload: 'frontend' } });
    return report.findings.map(answerOf);
  };

  test.each([1, 2])('seed %i: are two causes', async (seed) => {
    const domains = (await asked(seed)).map(({ domain }) => domain);
    expect(domains).toEqual(['server zone=b (either)', 'client node=n1 & server node=n2 (either)']);
  });

  // The delay is called a loss: whether segments are lost is asked of whole edges, not of what goes between the two nodes.
  test('the delay is latency of the network', async () => {
    const [, delay] = await asked(1);
    expect(delay!.mechanism).toBe('network latency');
  });
});
