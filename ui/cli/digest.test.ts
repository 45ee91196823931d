import { expect, test } from 'vitest';
import { within } from '../testing/run.ts';
import { useShop } from '../testing/use-shop.ts';

const shop = useShop();
const digest = (...args: string[]) => within('digest', '--store', shop.store, '--no-self-test', ...args);

test('the newest night with records, in one screen: incident, cause, what was felt, what was seen', async () => {
  const { code, out, err } = await digest();
  expect(err).toBe('');
  expect(code).toBe(0);
  const [headline, , first, ...rest] = out.split('\n');
  expect(headline).toBe('faultline · night of 19 to 20 November (UTC) · 1 incident, expected false: < 0.01');
  expect(first).toMatch(/^1 {2}payment v2\.12 answers slowly .*still open/);
  const text = rest.join('\n').replace(/\s+/g, ' ');
  expect(text).toMatch(/explained by version v2\.12 · P99 .* → .* on /);
  expect(text).toContain('rollout payment v2.11 → v2.12 at 03:11');
  expect(text).toMatch(/faultline why shop\/\w+ --from \S+ --to \S+ --store/);
  expect(text).toContain('5 edges watched');
  expect(text).toContain('could it see? 100 % of connections');
});

test('the same as JSON and Markdown, in another time zone', async () => {
  const { out } = await digest('--json', '--zone', 'Asia/Tokyo', '--from', '2026-11-20T03:00:00Z');
  const document = JSON.parse(out);
  expect(document).toMatchObject({
    night: { from: '2026-11-20T03:00:00Z', zone: 'Asia/Tokyo' },
    quiet: false,
    incidents: [
      {
        severity: 'high',
        open: true,
        findings: [{ mechanism: 'slow service', stateChange: { kind: 'rollout' } }],
        services: expect.arrayContaining(['shop/checkout']),
      },
    ],
  });
  expect(document.stillOpen).toEqual([document.incidents[0].id]);
  expect(document.incidents[0].falseDiscoveryRate).toBeLessThan(0.05);
  const { out: markdown } = await digest('--markdown');
  expect(markdown).toMatch(/^\*\*faultline · night of 19 to 20 November/);
  expect(markdown).toContain('1. **payment v2.12 answers slowly');
});

test('a quiet period is one sentence', async () => {
  const { out } = await digest('--from', '03:00', '--to', '03:10');
  expect(out.replace(/\s+/g, ' ')).toMatch(
    /^faultline · 20 November, 03:00 to 03:10 \(UTC\) · quiet · 5 edges watched · could it see\? 100 % of connections $/,
  );
});

test.each([
  [['--zone', 'Mars/Olympus'], 2, /^FL-604: --zone cannot be "Mars\/Olympus"\. .*Europe\/Berlin/],
  [['--night', '2031-01-01'], 2, /^FL-607: Nothing was recorded in the night that begins on 2031-01-01/],
  [['--night', '2026-02-30'], 2, /^FL-604: --night cannot be "2026-02-30"/],
  [['--night', 'tonight'], 2, /^FL-604: /],
  [['--night', '2026-11-19', '--from', '03:00'], 2, /^FL-606: --night excludes --from and --to/],
  [['--json', '--markdown'], 2, /^\{"error":\{"code":"FL-606"/],
])('%j is answered with a code and what to do', async (args, code, pattern) => {
  const outcome = await digest(...args);
  expect(outcome.code).toBe(code);
  expect(outcome.out).toBe('');
  expect(outcome.err).toMatch(pattern);
});

test('an empty store, and none', async () => {
  const empty = await within('digest', '--store', `${shop.folder}/empty.duckdb`);
  expect([empty.code, empty.err.slice(0, 6)]).toEqual([1, 'FL-511']);
  const none = await within('digest', '--store', `${shop.folder}/none.duckdb`);
  expect([none.code, none.err.slice(0, 6)]).toEqual([1, 'FL-510']);
});

test('doctor --placement: what cannot be told apart, as text and JSON', async () => {
  const { code, out } = await within('doctor', '--placement', '--store', shop.store);
  expect(code).toBe(0);
  expect(out).toMatch(/^16 pods of 6 workloads: \d+ blind spots on \d+ of them/);
  expect(out).toContain('shop/redis: one pod, so version 7.2 and pod redis-72-1 are one');
  const { out: json } = await within('doctor', '--placement', '--store', shop.store, '--json');
  const { spots } = JSON.parse(json);
  expect(spots.map(({ workload }: { workload: string }) => workload)).toContain('shop/redis');
});
