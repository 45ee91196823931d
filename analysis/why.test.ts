import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../enrich/index.ts';
import type { CoverageRow } from '../graph/index.ts';
import { NOTHING } from './counts.ts';
import { type Fault, into } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { START, simulate } from './testing/simulate.ts';
import { type Answer, answerOf, ask, CASES, said } from './testing/worlds.ts';
import { why } from './why.ts';

const SEEDS = [1, 2, 3, 4];
const shop = (workload: string) => ({ namespace: 'shop', workload });
const micros = (seconds: number): number => START + seconds * 1_000_000;
const slowRedis = { hits: into('redis'), slower: 60 };

describe.each(CASES)('$name', (world) => {
  test.each(SEEDS)('seed %i: origin, domain and mechanism', async (seed) => {
    const report = await ask(world, seed);
    expect(report.verdict).toBe('anomalous');
    const found = report.findings.map(answerOf);
    const byDomain = (a: Partial<Answer>, b: Partial<Answer>): number => (a.domain! < b.domain! ? -1 : 1);
    expect(found.sort(byDomain)).toMatchObject([...world.expected].sort(byDomain));
    const aliases = report.findings[0]!.aliases.map(said);
    for (const alias of world.aliases ?? []) expect(aliases).toContain(alias);
    expect(report.period.from).toBe(micros(world.onset ?? 60));
    expect(report.baseline.to).toBeLessThanOrEqual(report.period.from);
  });
});

describe('the evidence of a finding', () => {
  const world = CASES.find(({ name }) => name === 'a slow database, two hops down')!;

  test('callers are victims, hit and exonerated, and the time was spent at the server', async () => {
    const report = await ask(world, 7);
    const [finding] = report.findings;
    expect(report.blastRadius.map(({ workload }) => workload)).toEqual(
      expect.arrayContaining(['frontend', 'loadgenerator', 'cart', 'checkout']),
    );
    expect(report.blastRadius.map(({ workload }) => workload)).not.toContain('redis');
    const cleared = new Map(report.exonerated.map(({ workload, because }) => [workload, because]));
    expect(cleared.get('cart')).toBe('its excess came from redis');
    expect(cleared.get('currency')).toMatch(/^as usual: /);
    expect(cleared.has('redis')).toBe(false);
    const { service, wait, network } = finding!.split!;
    expect(service!).toBeGreaterThan(20);
    expect(Math.abs(wait!)).toBeLessThan(1);
    expect(network!).toBeLessThan(1);
    const { signal, is, would } = finding!.counterfactual!;
    expect(signal).toBe('latency');
    expect(is).toBeCloseTo(report.health.p99!, 6);
    expect(would).toBeLessThan(0.5 * is);
  });

  test('counts add up, rivals are ruled out with theirs, and the change before it is named', async () => {
    const rollout = CASES.find(({ changes }) => changes !== undefined)!;
    const report = await ask(rollout, 3);
    const [finding] = report.findings;
    expect(finding!.change).toEqual({ kind: 'rollout', what: 'payment v1 → v2', at: micros(52) });
    expect(finding!.explains).toBeGreaterThan(0.95);
    const { inside, outside, ratio } = finding!;
    expect(inside.rate).toBeCloseTo(inside.bad / inside.total);
    expect(inside.rate).toBeGreaterThan(0.25);
    expect(outside.rate).toBeLessThan(0.02);
    expect(ratio.low).toBeGreaterThan(1);
    expect(ratio.high!).toBeGreaterThan(ratio.estimate);
    const lines = finding!.ruledOut.map(({ domain, because }) => `${said(domain)}: ${because}`);
    expect(lines).toContainEqual(
      expect.stringMatching(/^server pod=payment-\d: both pods there are hit alike/),
    );
    expect(lines.length).toBeLessThanOrEqual(5);
    expect(finding!.rows).toContain('shop/payment');
  });
});

describe('a part of an edge', () => {
  const held = into('catalogue', ({ name }) => name === 'catalogue-2');

  test.each(SEEDS)(
    'seed %i: an instance that is held up shows beside its like, in twenty seconds',
    async (seed) => {
      const rows = simulate({ seed, seconds: 80, onset: 60, faults: [{ hits: held, paused: 0.5 }] });
      const report = await why(memoryReader(rows), { service: shop('frontend') });
      expect(report.findings.map(answerOf)).toMatchObject([
        { domain: 'server pod=catalogue-2', mechanism: 'overload' },
      ]);
    },
  );

  test.each(SEEDS)('seed %i: a pair of pods among many, when most of what is known is bad', async (seed) => {
    const hits: Fault['hits'] = (client, server) =>
      client.name === 'frontend-0' && server.name === 'catalogue-2';
    const faults = [
      { hits, slower: 80, from: 60 },
      { hits: () => true, paused: 0.03, from: 0 },
    ];
    const reader = memoryReader(simulate({ seed, seconds: 260, load: 20, faults }));
    const { findings, period } = await why(reader, { service: shop('frontend') });
    expect(findings.map(answerOf)).toMatchObject([
      { origin: 'frontend > catalogue', mechanism: 'slow service' },
    ]);
    expect(period.from).toBe(micros(60));
  });
});

test.each(SEEDS)('seed %i: what grows begins with its first window', async (seed) => {
  const hits = into('payment', ({ version }) => version === 'v2');
  const faults = [
    { hits, fails: 0.1, from: 66, to: 80 },
    { hits, fails: 0.3, from: 80 },
  ];
  const rows = simulate({ seed, seconds: 110, faults });
  const report = await why(memoryReader(rows), { service: shop('checkout') });
  expect(report.period.from).toBeLessThanOrEqual(micros(70));
  expect(report.findings.map(answerOf)).toMatchObject([{ domain: 'server version=v2', mechanism: 'errors' }]);
});

test.each(SEEDS)('seed %i: noise on all of a machine hides no cause', async (seed) => {
  const slow = { hits: into('payment', ({ version }) => version === 'v2'), slower: 60 };
  const noise = { hits: () => true, paused: 0.07 };
  const rows = simulate({ seed, seconds: 80, onset: 60, load: 12, faults: [slow, noise] });
  const { findings } = await why(memoryReader(rows), { service: shop('checkout') });
  expect(findings.map(answerOf)).toContainEqual(
    expect.objectContaining({ origin: 'checkout > payment', domain: 'server version=v2' }),
  );
});

test.each(SEEDS)('seed %i: a tag that only some views know tells nothing', async (seed) => {
  const clients = new Map<Endpoint, Endpoint>();
  const anonymous = (client: Endpoint): Endpoint => {
    const { process, ...tags } = client.tags;
    const known = clients.get(client) ?? { ...client, tags };
    clients.set(client, known);
    return known;
  };
  const rows = simulate({ seed, seconds: 90, onset: 60, faults: [{ hits: into('shipping'), refuses: 0.4 }] });
  const views = rows.flatMap((row) => [
    { ...row, client: anonymous(row.client), counts: { ...row.counts, refused: 0 } },
    ...(row.counts.refused > 0 ? [{ ...row, counts: { ...NOTHING, refused: row.counts.refused } }] : []),
  ]);
  const { findings } = await why(memoryReader(views), { service: shop('checkout') });
  expect(findings.map(answerOf)).toMatchObject([{ domain: '', mechanism: 'refused' }]);
});

test.each(SEEDS)('seed %i: new connections that time out where requests wait are overload', async (seed) => {
  const faults = [{ hits: into('currency'), wait: 200, drops: 0.2, load: 2 }];
  const rows = simulate({ seed, seconds: 90, onset: 60, faults });
  const { findings } = await why(memoryReader(rows), { service: shop('frontend') });
  expect(findings.map(answerOf)).toContainEqual({ origin: 'currency', domain: '', mechanism: 'overload' });
  expect(findings.map(({ mechanism }) => mechanism)).not.toContain('unreachable');
});

describe('the period of a question', () => {
  test('what is over is found from its onset to its end', async () => {
    const rows = simulate({ seed: 5, seconds: 250, faults: [{ ...slowRedis, from: 100, to: 150 }] });
    const report = await why(memoryReader(rows), { service: shop('checkout') });
    expect(report.period).toEqual({ from: micros(100), to: micros(150) });
    expect(report.findings.map(answerOf)).toMatchObject([{ origin: 'cart > redis' }]);
  });

  test('most of the known past may be bad', async () => {
    const rows = simulate({ seed: 6, seconds: 400, faults: [{ ...slowRedis, from: 60 }] });
    const report = await why(memoryReader(rows), { service: shop('cart') });
    expect(report.period.from).toBe(micros(60));
    expect(report.findings.map(answerOf)).toMatchObject([{ origin: 'cart > redis', domain: '' }]);
  });

  test('data that starts in the middle of an incident is no baseline for what follows', async () => {
    const faults = [
      { ...slowRedis, from: 0, to: 60 },
      { ...slowRedis, from: 160 },
    ];
    const report = await why(memoryReader(simulate({ seed: 15, seconds: 190, faults })), {
      service: shop('cart'),
    });
    expect(report.period.from).toBe(micros(160));
    expect(report.baseline).toEqual({ from: micros(60), to: micros(150) });
    expect(report.findings.map(answerOf)).toMatchObject([{ origin: 'cart > redis', domain: '' }]);
  });

  test('given times are taken as they are', async () => {
    const rows = simulate({ seed: 7, seconds: 250, faults: [{ ...slowRedis, from: 100, to: 150 }] });
    const asked = { service: shop('cart'), from: micros(110), to: micros(140) };
    const report = await why(memoryReader(rows), { ...asked, baseline: { from: micros(0), to: micros(90) } });
    expect(report.period).toEqual({ from: micros(110), to: micros(140) });
    expect(report.baseline).toEqual({ from: micros(0), to: micros(90) });
    expect(report.findings.map(answerOf)).toMatchObject([{ origin: 'cart > redis' }]);
    const after = await why(memoryReader(rows), {
      service: shop('cart'),
      from: micros(170),
      to: micros(250),
    });
    expect(after.verdict).toBe('healthy');
    expect(after.baseline.from).toBeGreaterThanOrEqual(START);
  });

  test('a question about an earlier time does not see what came later', async () => {
    const rows = simulate({ seed: 8, seconds: 150, faults: [{ ...slowRedis, from: 100 }] });
    const report = await why(memoryReader(rows), { service: shop('cart'), at: micros(90) });
    expect(report.verdict).toBe('healthy');
    expect(report.findings).toEqual([]);
  });
});

describe('thin or wrong input', () => {
  test('too little data says how much is missing', async () => {
    const rows = simulate({ seed: 9, seconds: 90, load: 0.2 });
    const report = await why(memoryReader(rows), { service: shop('payment') });
    expect(report.verdict).toBe('not enough data');
    expect(report.missing).toMatch(/^\d+ requests? .*, 20 needed$/);
  });

  test('an empty store', async () => {
    const report = await why(memoryReader([]), { service: shop('payment') });
    expect(report.verdict).toBe('not enough data');
    expect(report.missing).toBe('the store holds no traffic of that time');
  });

  test('an unknown service and a period that ends before it starts', async () => {
    const reader = memoryReader(simulate({ seed: 10, seconds: 60 }));
    await expect(why(reader, { service: shop('nobody') })).rejects.toMatchObject({ code: 'FL-401' });
    const backwards = { service: shop('cart'), from: micros(50), to: micros(20) };
    await expect(why(reader, backwards)).rejects.toMatchObject({ code: 'FL-402' });
  });

  test('coverage names what was not seen', async () => {
    const row = (node: string, seconds: number, reporting: boolean, level = 0): CoverageRow => ({
      window: micros(seconds),
      node,
      reporting,
      seen: reporting ? 90 : 0,
      lost: reporting ? 10 : 0,
      ends: reporting ? 200 : 0,
      unresolved: reporting ? 4 : 0,
      level,
    });
    const coverage = [row('n1', 70, true), row('n2', 70, true), row('n1', 80, true, 1), row('n2', 80, false)];
    const reader = memoryReader(simulate({ seed: 11, seconds: 90 }), [], coverage);
    const report = await why(reader, { service: shop('cart'), from: micros(60), to: micros(90) });
    expect(report.coverage).toEqual({
      seen: 0.9,
      lost: 30,
      unresolved: 0.02,
      nodesReporting: 1,
      nodesExpected: 2,
      gaps: [],
      silent: ['n2'],
      turnsOnly: 1 / 3,
      connectionsOnly: 0,
    });
  });
});
