import type { Finding, Report } from '../../analysis/index.ts';

/** Hand-built reports for the tests of the renderers. */
const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`) * 1000;
const shop = (workload: string) => ({ namespace: 'shop', workload });

export const SLOW_VERSION: Finding = {
  rank: 1,
  origin: { client: shop('checkout'), server: shop('payment'), port: 50051 },
  scope: 'server',
  domain: [{ side: 'server', tag: 'version', value: 'v2.12' }],
  aliases: [[{ side: 'server', tag: 'image', value: 'payment:v2.12' }]],
  mechanism: 'slow service',
  signal: 'latency',
  probability: 0.97,
  explains: 0.97,
  inside: { bad: 812, total: 840, rate: 812 / 840 },
  outside: { bad: 9, total: 4120, rate: 9 / 4120 },
  also: [],
  ratio: { estimate: 442, low: 230, high: 860 },
  p: 1e-200,
  onset: at('03:04:10'),
  change: { kind: 'rollout', what: 'payment v2.11 → v2.12', at: at('03:03:32') },
  stateChange: {
    kind: 'rollout',
    what: 'payment v2.11 → v2.12',
    at: at('03:03:32'),
    source: 'recorded',
    evidence: 'it touched what is hit and nothing else',
  },
  firstSymptom: {
    edge: { client: shop('checkout'), server: shop('payment'), port: 50051 },
    signal: 'latency',
    at: at('03:04:10'),
  },
  impact: {
    signal: {
      edge: { client: shop('frontend'), server: shop('checkout'), port: 5050 },
      signal: 'latency',
      was: 212,
      is: 1940,
      unit: 'ms',
      requests: 2400,
      p: 1e-90,
    },
    hit: 744,
    total: 2400,
    workloads: [{ ...shop('frontend'), share: 0.31 }],
  },
  counterfactual: { signal: 'latency', is: 1940, would: 219 },
  split: { service: 1700, wait: 0, network: 0.1 },
  ruledOut: [
    {
      domain: [{ side: 'server', tag: 'zone', value: 'eu-1b' }],
      because: 'v2.11 there is fine: 3 of 1,377 slow',
    },
    { domain: [{ side: 'server', tag: 'node', value: 'n3' }], because: 'its other 11 workloads are fine' },
  ],
  rows: 'SELECT 1',
};

export const ANOMALOUS: Report = {
  service: shop('checkout'),
  period: { from: at('03:04:10'), to: at('03:12:10') },
  baseline: { from: at('02:04:10'), to: at('03:04:10') },
  verdict: 'anomalous',
  missing: null,
  signals: [
    {
      edge: { client: shop('frontend'), server: shop('checkout'), port: 5050 },
      signal: 'latency',
      was: 212,
      is: 1940,
      unit: 'ms',
      requests: 2400,
      p: 1e-90,
    },
  ],
  findings: [SLOW_VERSION],
  blastRadius: [
    { ...shop('frontend'), share: 0.31 },
    { ...shop('loadgenerator'), share: 0.31 },
  ],
  exonerated: [
    { ...shop('currency'), because: 'own times unchanged' },
    { ...shop('cart'), because: 'own times unchanged' },
  ],
  health: { p50: 300, p99: 1940, wasP50: 80, wasP99: 212, errorRate: 0.001, wasErrorRate: 0.001 },
  coverage: { seen: 1, lost: 0, unresolved: 0.004, nodesReporting: 3, nodesExpected: 3, gaps: [] },
};

export const HEALTHY: Report = {
  ...ANOMALOUS,
  verdict: 'healthy',
  signals: [],
  findings: [],
  blastRadius: [],
  exonerated: [],
  health: { p50: 80, p99: 208, wasP50: 80, wasP99: 212, errorRate: 0, wasErrorRate: 0.001 },
};

export const THIN: Report = {
  ...HEALTHY,
  verdict: 'not enough data',
  missing: '12 requests since 03:04, 20 needed',
};
