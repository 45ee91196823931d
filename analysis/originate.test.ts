import { describe, expect, test } from 'vitest';
import type { Finding } from './finding.ts';
import { type Fault, into } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { FOUR_NODES, type Pod, shopOf } from './testing/shop.ts';
import { simulate } from './testing/simulate.ts';
import { answerOf } from './testing/worlds.ts';
import { why } from './why.ts';

const LOSS = 0.013;
const SEEDS = [1, 2, 3, 4];
const shop = (workload: string) => ({ namespace: 'shop', workload });

describe('services that call each other', () => {
  /** To show a cart to somebody, the cart asks for prices; pricing looks into the cart twice before it answers. */
  const circle = shopOf({ ...FOUR_NODES, pricing: ['n1', 'n3', 'n4'] }, [
    {
      name: 'cart',
      port: 7070,
      own: 1,
      calls: [
        ['redis', 1],
        ['pricing', 1, 'frontend'],
      ],
    },
    {
      name: 'pricing',
      port: 7080,
      own: 1,
      calls: [
        ['cart', 1],
        ['cart', 1],
      ],
    },
  ]);
  const cases: readonly [string, Omit<Fault, 'hits'>][] = [
    ['slow', { slower: 50 }],
    ['failing', { fails: 0.3 }],
  ];

  describe.each(cases)('one of them %s', (_, effect) => {
    test.each(SEEDS)('seed %i: the callee of the circle', async (seed) => {
      const faults = [{ hits: into('pricing'), ...effect }];
      const rows = simulate({ seed, seconds: 100, onset: 60, shop: circle, faults });
      const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
      expect(findings.map((finding) => answerOf(finding).origin)).toEqual(['cart > pricing']);
    });

    test.each(SEEDS)('seed %i: the one that is called from outside', async (seed) => {
      const faults = [{ hits: into('cart'), ...effect }];
      const rows = simulate({ seed, seconds: 100, onset: 60, shop: circle, faults });
      const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
      expect(findings.map((finding) => answerOf(finding).origin)).toEqual(['cart']);
    });
  });
});

describe('failures of a service and of what it calls', () => {
  const page = { hits: into('frontend'), fails: 0.25 };
  const ad = { hits: into('ad'), fails: 0.6 };

  test.each(SEEDS)('seed %i: those that went on without an answer fail by themselves', async (seed) => {
    const faults = [
      { ...ad, from: 80 },
      { ...page, from: 120 },
    ];
    const rows = simulate({ seed, seconds: 160, faults });
    const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
    const origins = findings.map((finding) => answerOf(finding).origin);
    expect(origins.sort()).toEqual(['frontend > ad', 'loadgenerator > frontend']);
  });

  test.each(SEEDS)(
    'seed %i: what fails since its dependency does has its failures from there',
    async (seed) => {
      const rows = simulate({ seed, seconds: 120, onset: 80, faults: [{ hits: into('redis'), fails: 0.4 }] });
      const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
      expect(findings.map((finding) => answerOf(finding).origin)).toEqual(['cart > redis']);
    },
  );
});

describe.each(['n1', 'n2', 'n3', 'n4'])('node %s', (node) => {
  const mechanisms = async (seed: number, faults: readonly Fault[]): Promise<unknown> => {
    const rows = simulate({ seed, seconds: 100, onset: 60, faults });
    const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
    const [first] = findings;
    return [first?.domain.map(({ tag, value }) => `${tag}=${value}`), first?.mechanism];
  };

  test.each(SEEDS)(
    'seed %i: held up, it also reads its own answers late: no matter of the network',
    async (seed) => {
      const faults: Fault[] = [
        { hits: (_, server) => server.node === node, paused: 0.6 },
        { hits: (client) => client.node === node, late: 0.9 },
      ];
      expect(await mechanisms(seed, faults)).toEqual([[`node=${node}`], 'overload']);
    },
  );

  test.each(SEEDS)('seed %i: behind a slow link, what it answers is late on the way', async (seed) => {
    const hits: Fault['hits'] = (client, server) => (client.node === node) !== (server.node === node);
    expect(await mechanisms(seed, [{ hits, delay: 40 }])).toEqual([[`node=${node}`], 'network latency']);
  });
});

describe('a little of many', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4'];
  /** Every workload on every node: a node has many thin parts of edges. */
  const spread = shopOf(
    Object.fromEntries(
      Object.keys(FOUR_NODES).map((name) => [name, name === 'loadgenerator' ? ['n1'] : nodes]),
    ),
  );
  const asked = async (seed: number, hits: Fault['hits'], loss: number) => {
    const faults = [{ hits, loss }];
    const rows = simulate({ seed, seconds: 120, onset: 80, load: 8, shop: spread, faults });
    return why(memoryReader(rows), { service: shop('frontend') });
  };

  test.each(SEEDS)('seed %i: of each workload on a node is the node', async (seed) => {
    const node = nodes[seed % nodes.length]!;
    const { findings } = await asked(seed, (_, server) => server.node === node, LOSS);
    const [place] = findings;
    expect(findings).toHaveLength(1);
    expect(answerOf(place!)).toMatchObject({ domain: `server node=${node}`, mechanism: 'network loss' });
    // More than one edge, none of which says it alone.
    expect(place!.scope).toBe('place');
  });

  test.each(SEEDS)('seed %i: of one workload there is not', async (seed) => {
    const node = nodes[seed % nodes.length]!;
    const hits: Fault['hits'] = (_, server) => server.node === node && server.workload === 'currency';
    const { findings } = await asked(seed, hits, 3 * LOSS);
    expect(findings.map(({ scope }) => scope)).not.toContain('place');
  });
});

describe('back-pressure', () => {
  const pressed = { hits: into('currency'), wait: 80 };

  test.each(SEEDS)('seed %i: of more users goes back to who sends for them', async (seed) => {
    const faults = [{ ...pressed, load: 3 }];
    const rows = simulate({ seed, seconds: 100, onset: 60, faults });
    const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
    const [{ mechanism, stateChange }] = findings as [Finding];
    expect(mechanism).toBe('overload');
    expect(stateChange).toMatchObject({ kind: 'traffic', senders: [shop('loadgenerator')] });
    expect(stateChange!.evidence).toMatch(/, sent by loadgenerator$/);
  });

  test.each(SEEDS)('seed %i: of one caller that asks more often ends at that caller', async (seed) => {
    const often = {
      hits: (client: Pod, server: Pod) => client.workload === 'checkout' && server.workload === 'currency',
      repeats: 8,
    };
    const rows = simulate({ seed, seconds: 100, onset: 60, faults: [pressed, often] });
    const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
    const [{ mechanism, stateChange }] = findings as [Finding];
    expect(mechanism).toBe('overload');
    expect(stateChange).toMatchObject({ kind: 'traffic', senders: [shop('checkout')] });
  });
});
