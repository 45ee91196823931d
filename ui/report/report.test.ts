import { describe, expect, test } from 'vitest';
import type { Report } from '../../analysis/index.ts';
import { ANOMALOUS, HEALTHY, SLOW_VERSION, THIN } from './fixtures.ts';
import { headline, toJson, toMarkdown, toText } from './index.ts';

const plain = { color: false, width: 110 };
const lines = (report: Report, width = 110): string[] => toText(report, { color: false, width }).split('\n');
const withFinding = (change: Partial<typeof SLOW_VERSION>): Report => ({
  ...ANOMALOUS,
  findings: [{ ...SLOW_VERSION, ...change }],
});

describe('headline', () => {
  test('says who, what, since when and how much', () => {
    expect(headline(ANOMALOUS)).toBe(
      'checkout is slow since 03:04:10 (8 min): P99 212 ms → 1.94 s on frontend → checkout :5050, errors unchanged.',
    );
  });

  test('of a healthy service names the usual value', () => {
    expect(headline(HEALTHY)).toBe('checkout is healthy: P99 208 ms (usual 212 ms), no request failed.');
  });

  test('of thin data says what is missing', () => {
    expect(headline(THIN)).toContain('12 requests since 03:04, 20 needed');
  });

  test('speaks of errors before latency, and of both', () => {
    const errors = {
      ...ANOMALOUS.signals[0]!,
      signal: 'errors',
      was: 0.001,
      is: 0.12,
      unit: 'share',
    } as const;
    const text = headline({ ...ANOMALOUS, signals: [...ANOMALOUS.signals, errors] });
    expect(text).toContain('checkout is failing since');
    expect(text).toContain('errors 0.1 % → 12 %');
    expect(text).toContain('P99 212 ms → 1.94 s');
  });

  test('a service whose calls alone suffer waits for what it calls', () => {
    const service = { namespace: 'shop', workload: 'frontend' };
    expect(headline({ ...ANOMALOUS, service })).toMatch(/^frontend waits for what it calls since 03:04:10/);
  });
});

describe('text', () => {
  test('gives every claim its counts, its rivals, its alias and its rows', () => {
    const text = toText(ANOMALOUS, plain);
    expect(text).toContain('812 of 840 requests slow (96.7 %) · elsewhere 9 of 4,120 (0.2 %)');
    expect(text).toMatch(/not +zone eu-1b +v2\.11 there is fine/);
    expect(text).toMatch(/same as +image payment:v2\.12/);
    expect(text).toMatch(/before +03:03:32 .*\(38 s earlier\)/);
    expect(text).toMatch(/without +v2\.12 the P99 of checkout would be 219 ms/);
    expect(text).toMatch(/rows +faultline why shop\/checkout --from \S+ --to \S+ --rows 1/);
  });

  test('says a silent node before anything else', () => {
    const coverage = { ...ANOMALOUS.coverage, nodesReporting: 2 };
    expect(lines({ ...ANOMALOUS, coverage })[0]).toMatch(/^! 1 node has no probe reporting/);
  });

  test('an anomaly without a finding says that nothing explains it and what was looked at', () => {
    const text = toText({ ...ANOMALOUS, findings: [] }, plain);
    expect(text).toContain('nothing recorded explains it');
    expect(text).toContain('frontend → checkout :5050');
  });

  test('a finding without a domain accuses the whole workload', () => {
    const text = toText(withFinding({ domain: [], aliases: [] }), plain);
    expect(text).toContain('1  payment answers slowly');
    expect(text).toContain('no tag explains it');
  });

  test('fits the width', () => {
    for (const width of [60, 80, 120]) {
      for (const line of lines(ANOMALOUS, width)) {
        if (!line.includes('faultline why')) expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  test('colours only when asked, and says the same then', () => {
    const coloured = toText(ANOMALOUS, { ...plain, color: true });
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are what is removed
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(toText(ANOMALOUS, plain));
  });

  test('control characters of foreign names never reach the terminal', () => {
    const domain = [{ side: 'server', tag: 'pod', value: 'a\u001b]0;x\u0007b' }] as const;
    expect(toText(withFinding({ domain }), plain)).not.toContain('\u001b');
  });
});

describe('json', () => {
  test('has ISO times, named workloads and texts', () => {
    const document = toJson(ANOMALOUS);
    expect(document).toMatchObject({
      service: 'shop/checkout',
      from: '2026-11-20T03:04:10Z',
      to: '2026-11-20T03:12:10Z',
      baseline: { from: '2026-11-20T02:04:10Z', to: '2026-11-20T03:04:10Z' },
      verdict: 'anomalous',
      signals: [{ edge: { client: 'shop/frontend', server: 'shop/checkout', port: 5050 }, unit: 'ms' }],
    });
    expect(document.findings[0]).toMatchObject({
      rank: 1,
      origin: { client: 'shop/checkout', server: 'shop/payment', port: 50051 },
      domain: [{ side: 'server', tag: 'version', value: 'v2.12' }],
      onset: '2026-11-20T03:04:10Z',
      change: { at: '2026-11-20T03:03:32Z' },
      inside: { bad: 812, total: 840 },
      text: 'payment v2.12 answers slowly',
    });
    expect(document.coverage.text).toContain('3 of 3 nodes');
  });

  test('survives JSON unchanged', () => {
    const document = toJson(ANOMALOUS);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

describe('markdown', () => {
  test('is a document with the headline and a table for each finding', () => {
    const text = toMarkdown(ANOMALOUS);
    expect(text).toMatch(/^# shop\/checkout: anomalous\n/);
    expect(text).toContain('## 1. payment v2.12 answers slowly');
    expect(text).toContain('| origin | checkout → payment :50051 |');
  });

  test('foreign names cannot become markup', () => {
    const domain = [{ side: 'server', tag: 'pod', value: '<img src=x>|[a](b)' }] as const;
    const text = toMarkdown(withFinding({ domain }));
    expect(text).not.toContain('<img');
    expect(text).toContain('\\|\\[a\\](b)');
  });
});
