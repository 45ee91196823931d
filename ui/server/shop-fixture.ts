import type { Endpoint } from '../../enrich/index.ts';
import { type EdgeCounts, type EdgeRow, type EdgeStore, WINDOW_MICROS } from '../../graph/index.ts';
import { EMPTY_HISTOGRAM, histogramOf } from '../../probe/index.ts';

/** A shop written through the edge table's own door: twenty quiet minutes, then payment v2.12 answers slowly. */
export const SHOP_START = Date.parse('2025-11-20T02:48:00Z') * 1000;
export const SHOP_WINDOWS = 150;
const FAULT_WINDOW = 108;
export const SHOP_END = SHOP_START + SHOP_WINDOWS * WINDOW_MICROS;

export interface Call {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** Requests per window and pair of pods, and their usual time in microseconds. */
  readonly requests: number;
  readonly micros: number;
}

export const call = (from: string, to: string, port: number, requests: number, micros: number): Call => ({
  from,
  to,
  port,
  requests,
  micros,
});

const CALLS: readonly Call[] = [
  call('loadgenerator', 'frontend', 8080, 60, 60_000),
  call('frontend', 'checkout', 5050, 9, 55_000),
  call('frontend', 'cart', 7070, 20, 6_000),
  call('frontend', 'currency', 7000, 40, 2_000),
  call('frontend', 'productcatalog', 3550, 50, 3_000),
  call('frontend', 'recommendation', 8081, 20, 9_000),
  call('frontend', 'shipping', 50_052, 8, 5_000),
  call('frontend', 'ad', 9555, 16, 7_000),
  call('checkout', 'payment', 50_051, 9, 18_000),
  call('checkout', 'email', 5000, 7, 12_000),
  call('checkout', 'currency', 7000, 9, 2_000),
  call('checkout', 'shipping', 50_052, 8, 5_000),
  call('checkout', 'cart', 7070, 9, 6_000),
  call('checkout', 'productcatalog', 3550, 9, 3_000),
  call('recommendation', 'productcatalog', 3550, 18, 3_000),
  call('cart', 'redis', 6379, 40, 700),
  call('email', 'smtp.example.net', 587, 2, 40_000),
  call('frontend', 'geoip.example.net', 443, 1, 30_000),
  call('prometheus', 'frontend', 9100, 1, 4_000),
  call('prometheus', 'checkout', 9100, 1, 4_000),
];

const REPLICAS: Readonly<Record<string, number>> = { frontend: 3, checkout: 2, payment: 4, cart: 2 };
const KINDS: Readonly<Record<string, string>> = { redis: 'StatefulSet', prometheus: 'StatefulSet' };

/** Pods of a workload; half of payment's run the new version. */
function pods(workload: string): Endpoint[] {
  if (workload.endsWith('.example.net')) {
    return [{ resolution: 'dns', tags: { address: workload }, candidates: [] }];
  }
  return Array.from({ length: REPLICAS[workload] ?? 1 }, (_, i) => {
    const version = workload === 'payment' ? (i % 2 === 0 ? 'v2.11' : 'v2.12') : 'v1.4';
    const place = (i + workload.length) % 3;
    return {
      resolution: 'process',
      tags: {
        namespace: workload === 'prometheus' ? 'monitoring' : 'shop',
        workload,
        kind: KINDS[workload] ?? 'Deployment',
        service: workload,
        version,
        image: `registry.example/${workload}:${version}`,
        pod: `${workload}-6d5f${i}b7c9-x${i}k2q`,
        container: 'server',
        process: 'server',
        node: `n${place + 1}`,
        zone: place === 2 ? 'eu-1b' : 'eu-1a',
      },
      candidates: [],
    } satisfies Endpoint;
  });
}

/** The same numbers every time: a small linear congruential generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Times around a median, with the long tail of real ones. */
function times(count: number, median: number, random: () => number): number[] {
  return Array.from({ length: count }, () => {
    const normal = random() + random() + random() + random() - 2;
    return median * Math.exp(normal * 0.75);
  });
}

function countsOf(latencies: readonly number[], usual: number, random: () => number): EdgeCounts {
  const requests = latencies.length;
  return {
    opened: Math.ceil(requests / 3),
    closed: Math.ceil(requests / 3),
    refused: 0,
    timedOut: 0,
    unreachable: 0,
    resetByClient: 0,
    resetByServer: 0,
    requests,
    failedRequests: random() < 0.004 * requests ? 1 : 0,
    bytesSent: requests * 420,
    bytesReceived: requests * 2100,
    segments: requests * 8,
    retransmits: random() < 0.02 ? 1 : 0,
    untimed: 0,
    zeroWindows: 0,
    drops: 0,
    latency: histogramOf(latencies),
    wait: histogramOf(times(requests, usual * 0.02, random)),
    service: histogramOf(latencies.map((value) => Math.max(50, 0.97 * value - 200))),
    rtt: histogramOf(times(Math.ceil(requests / 3), 210, random)),
    connect: requests === 0 ? EMPTY_HISTOGRAM : histogramOf(times(Math.ceil(requests / 3), 240, random)),
    network: EMPTY_HISTOGRAM,
  };
}

/** How much longer a request takes during the fault: all of it at payment v2.12, and what waits for it. */
function slowdown(one: Call, server: Endpoint, window: number, random: () => number): number {
  if (window < FAULT_WINDOW) return 0;
  const hit = random() < 0.5;
  if (one.to === 'payment') return server.tags.version === 'v2.12' ? 1_500_000 + random() * 500_000 : 0;
  if (one.to === 'checkout' && one.port === 5050) return hit ? 1_500_000 + random() * 500_000 : 0;
  if (one.from === 'loadgenerator') return random() < 0.15 ? 1_500_000 + random() * 500_000 : 0;
  return 0;
}

/** Fills a store; `more` edges give workloads that only have to be there. */
export async function writeShop(
  store: Pick<EdgeStore, 'append'>,
  more: readonly Call[] = [],
  { from = 0, to = SHOP_WINDOWS } = {},
): Promise<void> {
  const random = randomFrom(42);
  const ends = new Map<string, Endpoint[]>();
  for (const { from, to } of [...CALLS, ...more]) {
    for (const name of [from, to]) if (!ends.has(name)) ends.set(name, pods(name));
  }
  const rows: EdgeRow[] = [];
  for (let window = from; window < to; window++) {
    for (const one of [...CALLS, ...more]) {
      for (const client of ends.get(one.from)!) {
        for (const server of ends.get(one.to)!) {
          const count = Math.round(one.requests * (0.7 + 0.6 * random()));
          const latencies = times(count, one.micros, random).map(
            (value) => value + slowdown(one, server, window, random),
          );
          rows.push({
            window: SHOP_START + window * WINDOW_MICROS,
            client,
            server,
            port: one.port,
            counts: countsOf(latencies, one.micros, random),
          });
        }
      }
    }
  }
  await store.append({
    rows,
    coverage: Array.from({ length: (to - from) * 3 }, (_, i) => ({
      window: SHOP_START + (from + Math.floor(i / 3)) * WINDOW_MICROS,
      node: `n${(i % 3) + 1}`,
      reporting: true,
      seen: 400,
      lost: 0,
      ends: 800,
      unresolved: 3,
      level: 0,
    })),
    changes: [
      {
        at: SHOP_START + FAULT_WINDOW * WINDOW_MICROS - 38_000_000,
        kind: 'rollout',
        namespace: 'shop',
        subject: 'payment',
        what: 'payment v2.11 → v2.12',
        tags: { version: 'v2.12' },
      },
    ],
  });
}
