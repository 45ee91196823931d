import type { Endpoint } from '../../enrich/index.ts';
import {
  type EdgeCounts,
  type EdgeRow,
  type EdgeStore,
  openStore,
  WINDOW_MICROS,
} from '../../graph/index.ts';
import { NOTHING } from '../counts.ts';
import type { Random } from '../testing/random.ts';

/** Values for the tests of this folder: an hour of history and twenty minutes to look at, at midday. */
export const START = Date.parse('2026-11-20T11:00:00Z') * 1000;
export const PAST = 360;
export const NOW = 120;
export const PERIOD = {
  from: START + PAST * WINDOW_MICROS,
  to: START + (PAST + NOW) * WINDOW_MICROS,
};

export function pod(workload: string, tags: Partial<Endpoint['tags']> = {}): Endpoint {
  return {
    resolution: 'process',
    tags: {
      namespace: 'shop',
      workload,
      version: 'v1',
      image: `shop/${workload}:v1`,
      pod: `${workload}-1`,
      container: 'main',
      process: 'node',
      ...tags,
    },
    candidates: [],
  };
}

export function address(ip: string): Endpoint {
  return { resolution: 'unresolved', tags: { address: ip }, candidates: [] };
}

export function row(
  window: number,
  client: Endpoint,
  server: Endpoint,
  counts: Partial<EdgeCounts>,
  port = 8080,
): EdgeRow {
  return { window: START + window * WINDOW_MICROS, client, server, port, counts: { ...NOTHING, ...counts } };
}

/** A real store that was watched in every window. */
export async function storeOf(rows: readonly EdgeRow[], windows = PAST + NOW): Promise<EdgeStore> {
  const store = await openStore(':memory:');
  const coverage = Array.from({ length: windows }, (_, window) => ({
    window: START + window * WINDOW_MICROS,
    node: 'n1',
    reporting: true,
    seen: 1,
    lost: 0,
    ends: 1,
    unresolved: 0,
    level: 0,
  }));
  await store.append({ rows, coverage });
  return store;
}

/** Workloads that call each other as ever, often and rarely: nothing to be told. */
export function steady(random: Random, edges = 8, windows = PAST + NOW): EdgeRow[] {
  return Array.from({ length: edges }, (_, edge) => {
    // From ten a window to one in a few hundred.
    const mean = 10 * 3 ** -edge;
    return Array.from({ length: windows }, (_, window) => ({ window, count: random.poisson(mean) }))
      .filter(({ count }) => count > 0)
      .map(({ window, count }) =>
        row(window, pod(`caller${edge % 4}`), pod(`server${edge}`), {
          opened: count,
          closed: count,
          requests: count,
          bytesSent: count * Math.round(400 * Math.exp(0.5 * random.normal())),
          bytesReceived: count * Math.round(4000 * Math.exp(0.8 * random.normal())),
        }),
      );
  }).flat();
}
