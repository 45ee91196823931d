import type { Endpoint } from '../../enrich/index.ts';
import {
  type EdgeCounts,
  type EdgeRow,
  type EdgeStore,
  openStore,
  WINDOW_MICROS,
} from '../../graph/index.ts';
import { EMPTY_HISTOGRAM, type Histogram, histogramOf } from '../../probe/index.ts';

/** A small made-up shop for the tests of commands and pages: two versions of payment, one of which turns slow. */
export interface ShopOptions {
  /** Windows in all, and how many of the last ones have the slow version; 0 is a healthy shop. */
  readonly windows: number;
  readonly slow: number;
}

export const SHOP: ShopOptions = { windows: 90, slow: 18 };

/** Microseconds since the epoch of the first window. */
export const SHOP_START = Date.parse('2026-11-20T03:00:00Z') * 1000;

interface Pod {
  readonly workload: string;
  readonly version: string;
  readonly instance: number;
  readonly node: number;
}

const pods = (workload: string, versions: readonly string[]): Pod[] =>
  versions.map((version, i) => ({ workload, version, instance: i + 1, node: (i % 3) + 1 }));

const FLEET = {
  loadgenerator: pods('loadgenerator', ['v1']),
  frontend: pods('frontend', ['v5', 'v5', 'v5']),
  checkout: pods('checkout', ['v3', 'v3', 'v3']),
  payment: pods('payment', ['v2.11', 'v2.11', 'v2.11', 'v2.12', 'v2.12', 'v2.12']),
  cart: pods('cart', ['v1', 'v1']),
  redis: pods('redis', ['7.2']),
};

/** Calls of the shop: who, whom, where, requests a window and pair of pods, milliseconds of one. */
const CALLS = [
  ['loadgenerator', 'frontend', 8080, 40, 60],
  ['frontend', 'checkout', 5050, 12, 40],
  ['checkout', 'payment', 50051, 8, 12],
  ['frontend', 'cart', 7070, 20, 3],
  ['cart', 'redis', 6379, 60, 0.4],
] as const;

/** Milliseconds a slow answer takes longer, at payment and everything that waits for it. */
const SLOWER = 800;
/** Share of an upstream service's requests that meet the slow version: half the pods of payment. */
const MET = 0.5;

/** Writes the shop into a new store and leaves it open. */
export async function openShop(path: string, options: ShopOptions = SHOP): Promise<EdgeStore> {
  const store = await openStore(path);
  await fillShop(store, options);
  return store;
}

export async function fillShop(store: EdgeStore, { windows, slow }: ShopOptions): Promise<void> {
  const random = generator(20_261_120);
  const rows: EdgeRow[] = [];
  for (let i = 0; i < windows; i++) {
    const window = SHOP_START + i * WINDOW_MICROS;
    rows.push(...windowRows(window, i >= windows - slow, random));
  }
  const coverage = Array.from({ length: windows }, (_, i) =>
    [1, 2, 3].map((node) => ({
      window: SHOP_START + i * WINDOW_MICROS,
      node: `n${node}`,
      reporting: true,
      seen: 200,
      lost: 0,
      ends: 400,
      unresolved: 0,
      level: 0,
    })),
  ).flat();
  await store.append({ rows, coverage, changes: slow > 0 ? [rollout(windows - slow)] : [] });
}

function rollout(window: number) {
  return {
    at: SHOP_START + window * WINDOW_MICROS - 38_000_000,
    kind: 'rollout',
    namespace: 'shop',
    subject: 'payment',
    what: 'v2.11 → v2.12',
    tags: { version: 'v2.12' },
  } as const;
}

function windowRows(window: number, slowNow: boolean, random: () => number): EdgeRow[] {
  return CALLS.flatMap(([from, to, port, requests, milliseconds]) =>
    FLEET[from].flatMap((client) =>
      FLEET[to].map((server) => {
        const times = Array.from({ length: requests }, () => {
          const waits = slowNow && isSlow(from, to, server, random);
          return (milliseconds * (0.7 + 0.6 * random()) + (waits ? SLOWER : 0)) * 1000;
        });
        return { window, client: endpoint(client), server: endpoint(server), port, counts: counted(times) };
      }),
    ),
  );
}

/** At payment the version decides; above it a share of the requests waits; carts do not pay. */
function isSlow(from: string, to: string, server: Pod, random: () => number): boolean {
  if (to === 'payment') return server.version === 'v2.12';
  const above = to === 'checkout' || (from === 'loadgenerator' && random() < 0.4);
  return above && random() < MET;
}

function endpoint({ workload, version, instance, node }: Pod): Endpoint {
  return {
    resolution: 'process',
    candidates: [],
    tags: {
      region: 'eu',
      zone: node === 3 ? 'eu-1b' : 'eu-1a',
      node: `n${node}`,
      namespace: 'shop',
      kind: 'Deployment',
      workload,
      service: workload,
      version,
      image: `shop/${workload}:${version}`,
      pod: `${workload}-${version.replace(/\W/g, '')}-${instance}`,
      container: 'server',
      process: 'node',
    },
  };
}

function counted(times: readonly number[]): EdgeCounts {
  const latency = histogramOf(times);
  return {
    opened: 1,
    closed: 1,
    refused: 0,
    timedOut: 0,
    unreachable: 0,
    resetByClient: 0,
    resetByServer: 0,
    requests: times.length,
    failedRequests: 0,
    bytesSent: 400 * times.length,
    bytesReceived: 1200 * times.length,
    segments: 4 * times.length,
    retransmits: 0,
    untimed: 0,
    zeroWindows: 0,
    drops: 0,
    latency,
    wait: constant(20, times.length),
    service: latency,
    rtt: constant(120, 1),
    connect: constant(180, 1),
    network: EMPTY_HISTOGRAM,
  };
}

function constant(micros: number, times: number): Histogram {
  return times === 0 ? EMPTY_HISTOGRAM : histogramOf(Array<number>(times).fill(micros));
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
