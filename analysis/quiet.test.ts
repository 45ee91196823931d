import { expect, test } from 'vitest';
import { memoryReader } from './testing/memory-reader.ts';
import { simulate } from './testing/simulate.ts';
import { why } from './why.ts';

/**
 * Times wander together by tens of percent for tens of seconds, load drifts, some edges see a request a second, and
 * now and then a request meets a pause: nothing of that is a finding.
 */
const KINDS = [
  { name: 'busy', worlds: 100, seconds: 90, load: 20, wander: 0.15 },
  { name: 'a machine shared with others', worlds: 70, seconds: 90, load: 15, wander: 0.25 },
  { name: 'little traffic', worlds: 60, seconds: 150, load: 4, wander: 0.15 },
  { name: 'ten minutes', worlds: 8, seconds: 600, load: 10, wander: 0.2 },
];
/** Share of quiet worlds that may be called sick. */
const ALLOWED = 0.01;

test('quiet worlds are healthy', async () => {
  const blamed: string[] = [];
  let worlds = 0;
  for (const { name, worlds: count, seconds, load, wander } of KINDS) {
    for (let n = 0; n < count; n++) {
      const seed = 1_000 * seconds + 7 * n;
      const reader = memoryReader(simulate({ seed, seconds, load, wander }));
      const report = await why(reader, { service: { namespace: 'shop', workload: 'frontend' } });
      worlds++;
      if (report.verdict !== 'healthy') blamed.push(`${name} ${seed}: ${JSON.stringify(report.signals)}`);
    }
  }
  expect(worlds).toBeGreaterThanOrEqual(200);
  expect(blamed.length, blamed.join('\n')).toBeLessThanOrEqual(ALLOWED * worlds);
}, 300_000);
