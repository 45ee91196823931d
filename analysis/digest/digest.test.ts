import { describe, expect, test } from 'vitest';
import type { Change } from '../../enrich/index.ts';
import { type EdgeReader, openStore } from '../../graph/index.ts';
import { type Fault, into } from '../testing/faults.ts';
import { memoryReader } from '../testing/memory-reader.ts';
import { START, simulate } from '../testing/simulate.ts';
import { digest } from './index.ts';

const micros = (seconds: number): number => START + seconds * 1_000_000;
const night = (seconds: number) => ({ from: START, to: micros(seconds), zone: 'UTC' });
const v2 = into('payment', ({ version }) => version === 'v2');

const rollout = (seconds: number, from: string, to: string): Change => ({
  at: micros(seconds),
  kind: 'rollout',
  namespace: 'shop',
  subject: 'payment',
  what: `${from} → ${to}`,
  tags: { workload: 'payment', version: to },
});

/** A bad version that is rolled back after more than a slice, then a zone that loses packets. */
const SECONDS = 4_500;
const FAULTS: readonly Fault[] = [
  { hits: v2, slower: 60, from: 1_200, to: 3_660 },
  { hits: (client, server) => client.zone !== server.zone, loss: 0.05, from: 4_080, to: 4_320 },
];
const CHANGES = [rollout(1_180, 'v1', 'v2'), rollout(3_650, 'v2', 'v1')];

describe('a night with two incidents', { timeout: 600_000 }, () => {
  const rows = simulate({ seed: 5, seconds: SECONDS, load: 3, faults: FAULTS });

  const check = async (reader: EdgeReader) => {
    const found = (await digest(reader, night(SECONDS)))!;
    expect(found.quiet).toBe(false);
    const [version, zone, ...rest] = [...found.incidents].sort((a, b) => a.firstSeen - b.firstSeen);
    expect(rest).toEqual([]);

    expect(version).toMatchObject({ severity: 'high', open: false, firstSeen: micros(1_200), before: [] });
    expect(Math.abs(version!.lastSeen - micros(3_660))).toBeLessThanOrEqual(20_000_000);
    expect(version!.ended).toEqual({ kind: 'rollout', what: 'v2 → v1', at: micros(3_650) });
    expect(version!.services.map(({ workload }) => workload)).toContain('checkout');
    const [finding] = version!.findings;
    expect(finding).toMatchObject({
      domain: [{ side: 'server', tag: 'version', value: 'v2' }],
      stateChange: { kind: 'rollout', at: micros(1_180) },
    });

    expect(zone!.findings[0]).toMatchObject({ ends: 'border', stateChange: { kind: 'network path' } });
    expect(zone!.firstSeen).toBe(micros(4_080));
    expect(Math.abs(zone!.lastSeen - micros(4_320))).toBeLessThanOrEqual(20_000_000);
    expect(zone!.services.length).toBeGreaterThan(3);
    for (const { falseDiscoveryRate } of found.incidents) expect(falseDiscoveryRate).toBeLessThan(0.05);
    expect(found.expectedFalse).toBeLessThan(0.1);
    return found;
  };

  test('each is found once, with its cause, its time and what ended it', async () => {
    await check(memoryReader(rows, CHANGES));
  });

  test('on a real store it is the same', async () => {
    const store = await openStore(':memory:');
    try {
      await store.append({ rows, changes: CHANGES });
      await check(store);
    } finally {
      await store.close();
    }
  });

  test('what happens every night at this time is known and silenced', async () => {
    const short = 3_600;
    const backup: Fault = { hits: into('redis'), slower: 60, from: 2_400, to: 2_700 };
    const days = [0, 1, 2, 3].flatMap((day) =>
      simulate({ seed: 20 + day, seconds: short, load: 3, faults: [backup] }).map((row) => ({
        ...row,
        window: row.window + day * 86_400_000_000,
      })),
    );
    const tonight = {
      from: START + 3 * 86_400_000_000,
      to: START + 3 * 86_400_000_000 + short * 1e6,
      zone: 'UTC',
    };
    const store = await openStore(':memory:');
    await store.append({ rows: days });
    const found = (await digest(store, tonight).finally(() => store.close()))!;
    expect(found.incidents).toEqual([]);
    expect(found.quiet).toBe(true);
    expect(found.silenced).toHaveLength(1);
    expect(found.silenced[0]!.before).toHaveLength(3);
  });
});

test('a store without records of the night has no digest', async () => {
  expect(await digest(memoryReader([]), night(3_600))).toBeNull();
  const rows = simulate({ seed: 1, seconds: 60, load: 2 });
  expect(await digest(memoryReader(rows), { from: 0, to: 1, zone: 'UTC' })).toBeNull();
});

/** Nights of one and a half hours that nothing is wrong in; times wander, load drifts. */
const QUIET_NIGHTS = 4;

test('quiet nights are quiet', async () => {
  const blamed: string[] = [];
  for (let seed = 1; seed <= QUIET_NIGHTS; seed++) {
    const rows = simulate({ seed: 100 + seed, seconds: 5_400, load: 2, wander: 0.2 });
    const found = (await digest(memoryReader(rows), night(5_400)))!;
    for (const { id, signals } of found.incidents) blamed.push(`${seed} ${id} ${signals[0]!.signal}`);
  }
  expect(blamed).toEqual([]);
}, 600_000);
