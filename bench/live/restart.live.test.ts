import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { openStore, WINDOW_MICROS } from '../../graph/index.ts';
import { startWorld, type World } from '../world/index.ts';
import { startUp } from './faultline.ts';

const NEEDS = ['root', 'btf', 'addon', 'bpf', 'ip', 'iptables', 'redis-server', 'gcc'] as const;

describe('kill -9 during a live run', () => {
  let world: World;
  let folder: string;

  beforeAll(async () => {
    if (missing(...NEEDS) !== null) return;
    folder = await mkdtemp(join(tmpdir(), 'faultline-restart-'));
    world = await startWorld();
    await world.load(12);
  });
  afterAll(async () => {
    await world?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test('the store opens again, holds all but the last 10 s, and shows the gap', async (context) => {
    needs(context, ...NEEDS);
    const store = join(folder, 'store.duckdb');
    const options = { netns: [world.netnsPattern], server: world.apiUrl, store };

    const first = await startUp(options);
    await sleep(35_000);
    await first.kill();
    const killed = Date.now() * 1000;
    // Three windows, so that at least one of them is empty from end to end.
    await sleep(30_000);
    const resumed = Date.now() * 1000;
    const second = await startUp(options);
    await sleep(15_000);
    expect(await second.stop()).toBe(0);

    const reader = await openStore(store, { readOnly: true });
    try {
      const range = (await reader.range())!;
      const before = await reader.coverage({ from: range.from, to: killed });
      const windows = [
        ...new Set(before.filter(({ reporting }) => reporting).map(({ window }) => window)),
      ].sort();
      // Every window that ended 10 s before the kill is there, without a hole.
      const last = Math.floor((killed - WINDOW_MICROS) / WINDOW_MICROS) * WINDOW_MICROS - WINDOW_MICROS;
      expect(windows.at(-1)).toBeGreaterThanOrEqual(last);
      expect(
        windows.every((window, index) => index === 0 || window - windows[index - 1]! === WINDOW_MICROS),
      ).toBe(true);
      for (const window of windows.filter((each) => each <= last && each > windows[0]!)) {
        expect((await reader.edges({ from: window, to: window + WINDOW_MICROS })).length).toBeGreaterThan(0);
      }
      const gaps = await reader.gaps(range);
      expect(gaps.length).toBeGreaterThan(0);
      expect(gaps[0]!.from).toBeGreaterThanOrEqual(killed - 2 * WINDOW_MICROS);
      expect(gaps.at(-1)!.to).toBeLessThanOrEqual(resumed + 2 * WINDOW_MICROS);
    } finally {
      await reader.close();
    }
  });
});
