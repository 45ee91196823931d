import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advance, createScorer } from '../../analysis/index.ts';
import type { Endpoint } from '../../enrich/index.ts';
import { type EdgeRow, type NodeKey, openStore, WINDOW_MICROS } from '../../graph/index.ts';
import { EdgeStream, habits, MONDAY } from './generate.ts';
import { clock, median } from './measure.ts';

const MINUTE = 60_000_000;
const WINDOWS = MINUTE / WINDOW_MICROS;
/** Pods of a server: an edge is two leaves in the table. */
const REPLICAS = 2;
/** Minutes that are read and scored; the first warms the store up and is not counted. */
const MINUTES = 3;
/** Rows of one transaction. */
const BATCH = 20_000;
const SEED = 11;

export interface Reading {
  readonly edges: number;
  readonly rows: number;
  /** One minute of all edges out of DuckDB and scored: wall and processor time (two threads read), seconds, median. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** Writes minutes of so many edges into a store on disk, window by window and pod by pod, then reads and scores them. */
export async function readAndScore(count: number): Promise<Reading> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-scoring-'));
  try {
    const store = await openStore(join(folder, 'store.duckdb'));
    const streams = habits(count, SEED).map((habit, i) => new EdgeStream(habit, SEED + i));
    let rows = 0;
    const drawn = Array.from({ length: WINDOWS }, (_, i) => rowsOf(streams, MONDAY + i * WINDOW_MICROS));
    for (let i = 0; i < MINUTES * WINDOWS; i++) {
      const window = MONDAY + i * WINDOW_MICROS;
      const all = drawn[i % WINDOWS]!.map((row) => ({ ...row, window }));
      rows += all.length;
      for (let at = 0; at < all.length; at += BATCH) await store.append({ rows: all.slice(at, at + BATCH) });
    }
    const scorer = createScorer();
    const wall: number[] = [];
    const cpu: number[] = [];
    for (let minute = 0; minute < MINUTES; minute++) {
      const each = clock();
      const period = { from: MONDAY + minute * MINUTE, to: MONDAY + (minute + 1) * MINUTE };
      for await (const _ of advance(store, scorer, period));
      const took = each();
      if (minute === 0) continue;
      wall.push(took.wall);
      cpu.push(took.cpu);
    }
    await store.close();
    return { edges: scorer.past.edges, rows, wallSeconds: median(wall), cpuSeconds: median(cpu) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A window is a sixth of a minute: each pod is drawn as an edge of that rate. */
function rowsOf(streams: readonly EdgeStream[], window: number): EdgeRow[] {
  return streams.flatMap((stream) =>
    Array.from({ length: REPLICAS }, (_, replica) => {
      const edge = stream.step(window, { rate: 1 / WINDOWS / REPLICAS });
      if (edge === null) return [];
      const { client, server, port, counts } = edge;
      return [{ window, client: podOf(client, 0), server: podOf(server, replica), port, counts }];
    }).flat(),
  );
}

const PODS = new Map<string, Endpoint>();

function podOf({ namespace, workload }: NodeKey, replica: number): Endpoint {
  const pod = `${workload}-${replica}`;
  let endpoint = PODS.get(pod);
  if (endpoint === undefined) {
    const node = `n${PODS.size % 50}`;
    endpoint = {
      resolution: 'process',
      tags: { namespace, workload, pod, version: 'v1', node },
      candidates: [],
    };
    PODS.set(pod, endpoint);
  }
  return endpoint;
}
