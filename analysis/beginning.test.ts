import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WINDOW_MICROS } from '../graph/index.ts';
import { beginningOf } from './beginning.ts';
import type { Cause } from './cause.ts';
import { causesOf } from './findings.ts';
import { originate } from './originate.ts';
import { type Asked, counted, gathered, windows } from './testing/counted.ts';
import { into } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { FOUR_NODES, type Pod, shopOf } from './testing/shop.ts';
import { START, simulate } from './testing/simulate.ts';
import { answerOf } from './testing/worlds.ts';
import { why } from './why.ts';

const { pods } = shopOf({
  web: ['n1'],
  batch: ['n2'],
  store: ['n1', 'n2', 'n3', 'n4', 'n1', 'n2'],
});
const PERIOD_WINDOWS = 3;

/** A period that begins at `late`, and how the store answers its clients in each window. */
interface Late {
  readonly late: number;
  readonly clients?: readonly Pod[];
  readonly asked: (window: number, server: Pod, client: Pod) => Asked;
  /** Windows of the baseline; all up to the one before the period if left out. */
  readonly baseline?: readonly [from: number, to: number];
  /** Another cause than the one that is found. */
  readonly instead?: (cause: Cause) => Cause;
}

/** Where the period that begins late is said to begin, in windows, with the end of the baseline; `null` where it already does. */
async function beginning({ late, clients = pods.get('web')!, asked, baseline, instead }: Late) {
  const servers = pods.get('store')!;
  const end = late + PERIOD_WINDOWS;
  const reader = memoryReader(
    counted(end, [{ clients, servers, asked: (window, client, server) => asked(window, server, client) }]),
  );
  const read = await gathered(reader, windows(late, end), windows(0, late - 1));
  const causes = causesOf(
    read.evidence,
    originate(read.evidence.edges, read.evidence.anomalies, read.evidence.baselines),
  );
  expect(causes.map(({ located }) => located.candidate.tags)).toEqual([
    [{ side: 'server', tag: 'pod', value: 'store-2' }],
  ]);
  const evidence = { ...read.evidence, baseline: windows(...(baseline ?? [0, late - 1])) };
  const found = await beginningOf(reader, evidence, read.choice, (instead ?? ((cause) => cause))(causes[0]!));
  if (found === null) return null;
  expect(found).toMatchObject({
    looked: read.choice.looked,
    onset: true,
    period: { to: windows(0, end).to },
  });
  const at = (micros: number): number => (micros - START) / WINDOW_MICROS;
  return { from: at(found.period.from), baseline: [at(found.baseline.from), at(found.baseline.to)] };
}

/** The bad instance is asked little before the period, so that no edge shows what it does then. */
const rarely =
  (late: number, bad: (window: number) => boolean) =>
  (window: number, { name }: Pod): Asked => {
    if (name !== 'store-2') return { requests: 40 };
    if (window >= late) return { requests: 40, failed: 20 };
    return { requests: 8, failed: bad(window) ? 4 : 0 };
  };

describe('the onset by the own traffic of a cause', () => {
  test('is the first of the bad windows before the period, and the baseline ends a window before', async () => {
    const worlds = fc.record({
      first: fc.integer({ min: 20, max: 40 }),
      lead: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(worlds, async ({ first, lead }) => {
        const late = first + lead;
        const found = await beginning({ late, asked: rarely(late, (window) => window >= first) });
        expect(found).toEqual(lead === 0 ? null : { from: first, baseline: [0, first - 1] });
      }),
      { numRuns: 25 },
    );
  });

  test('does not go over a window in which all was well', async () => {
    const asked = rarely(23, (window) => window === 20 || window === 22);
    expect(await beginning({ late: 23, asked })).toEqual({ from: 22, baseline: [0, 21] });
  });

  test('is not moved by what the rest of the edge does', async () => {
    const alone = rarely(22, () => false);
    const asked = (window: number, server: Pod): Asked =>
      server.name === 'store-4' && window === 21 ? { requests: 8, failed: 4 } : alone(window, server);
    expect(await beginning({ late: 22, asked })).toBeNull();
  });

  test('tells slow by what each edge was used to', async () => {
    const asked = (window: number, { name }: Pod, { workload }: Pod): Asked => {
      const bad = name === 'store-2' && window >= 20;
      const few = name === 'store-2' && window < 23;
      // What is usual for one client would be slow for the other.
      const [usual, slow] = workload === 'web' ? [5, 60] : [100, 220];
      const requests = few ? 8 : 40;
      const times = Array.from({ length: requests }, (_, i) => (bad && i % 2 === 0 ? slow : usual));
      return { requests, times, served: times };
    };
    const clients = [...pods.get('web')!, ...pods.get('batch')!];
    expect(await beginning({ late: 23, clients, asked })).toEqual({ from: 20, baseline: [0, 19] });
  });

  test('leaves a baseline', async () => {
    const asked = rarely(23, (window) => window >= 20);
    expect(await beginning({ late: 23, asked, baseline: [18, 22] })).toEqual({
      from: 21,
      baseline: [18, 21],
    });
    expect(await beginning({ late: 23, asked, baseline: [20, 22] })).toBeNull();
  });

  test('is not looked for where nothing is bad beyond what was expected', async () => {
    const asked = rarely(22, (window) => window >= 20);
    const instead = (cause: Cause): Cause => {
      const { candidate } = cause.located;
      return {
        ...cause,
        located: { ...cause.located, candidate: { ...candidate, bad: candidate.expected } },
      };
    };
    expect(await beginning({ late: 22, asked })).not.toBeNull();
    expect(await beginning({ late: 22, asked, instead })).toBeNull();
  });
});

describe('one bad instance of twelve', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4'];
  const shop = shopOf({ ...FOUR_NODES, catalogue: [...nodes, ...nodes, ...nodes] });
  const service = { namespace: 'shop', workload: 'frontend' };
  const faults = [{ hits: into('catalogue', ({ name }) => name === 'catalogue-5'), fails: 0.3 }];
  const seconds = (micros: number): number => (micros - START) / 1_000_000;

  test.each([1, 2, 3, 4])('seed %i: is found from its onset on', async (seed) => {
    const rows = simulate({ seed, shop, seconds: 170, onset: 120, load: 20, faults });
    const { findings, period } = await why(memoryReader(rows), { service });
    expect(findings.map(answerOf)).toMatchObject([{ domain: 'server pod=catalogue-5', mechanism: 'errors' }]);
    expect(seconds(period.from)).toBe(120);
    expect(findings[0]!.onset).toBe(period.from);
  });

  test('is found in given times as they are', async () => {
    const rows = simulate({ seed: 1, shop, seconds: 170, onset: 120, load: 20, faults });
    const from = windows(14, 14).from;
    const { findings, period } = await why(memoryReader(rows), { service, from, baseline: windows(0, 11) });
    expect(findings.map(answerOf)).toMatchObject([{ domain: 'server pod=catalogue-5' }]);
    expect(period.from).toBe(from);
  });
});
