import { type Histogram, histogramFromEntries } from '../probe/index.ts';
import type { EdgeRow } from './batch.ts';
import { COUNTS, type CountName, HISTOGRAMS, type HistogramName } from './schema.ts';
import type { EdgeCounts, EndpointRow } from './types.ts';

/**
 * Leaves kept between two flushes. Beyond it the ports of a new leaf are folded into port 0: many leaves at once are
 * one client walking through the ports of others.
 */
export const MAX_CELLS = 50_000;

/** Counts of one leaf in one window that are still growing. */
export interface Cell {
  add(name: CountName, value: number): void;
  merge(name: HistogramName, histogram: Histogram): void;
  sample(name: HistogramName, bucket: number): void;
}

export interface Ledger {
  cell(window: number, client: EndpointRow, server: EndpointRow, port: number): Cell;
  /** The rows since the last drain, and an empty ledger. */
  drain(): EdgeRow[];
  /** Slices counted under port 0. */
  readonly folded: number;
}

export function createLedger(maxCells = MAX_CELLS): Ledger {
  let cells = new Map<string, GrowingCell>();
  let folded = 0;

  const cell = (window: number, client: EndpointRow, server: EndpointRow, port: number): Cell => {
    const key = `${window} ${client.id} ${server.id} ${port}`;
    const known = cells.get(key);
    if (known !== undefined) return known;
    if (cells.size >= maxCells && port !== 0) {
      folded++;
      return cell(window, client, server, 0);
    }
    const fresh = new GrowingCell(window, client, server, port);
    cells.set(key, fresh);
    return fresh;
  };

  return {
    cell,
    drain() {
      const rows = [...cells.values()].map((cell) => cell.row());
      cells = new Map();
      return rows;
    },
    get folded() {
      return folded;
    },
  };
}

class GrowingCell implements Cell {
  readonly #counts = Object.fromEntries(COUNTS.map(([field]) => [field, 0])) as Record<CountName, number>;
  readonly #histograms = new Map<HistogramName, Map<number, number>>();
  readonly #leaf: Omit<EdgeRow, 'counts'>;

  constructor(window: number, client: EndpointRow, server: EndpointRow, port: number) {
    this.#leaf = { window, client, server, port };
  }

  add(name: CountName, value: number): void {
    this.#counts[name] += value;
  }

  merge(name: HistogramName, { buckets, counts }: Histogram): void {
    for (let i = 0; i < buckets.length; i++) this.#put(name, buckets[i]!, counts[i]!);
  }

  sample(name: HistogramName, bucket: number): void {
    this.#put(name, bucket, 1);
  }

  row(): EdgeRow {
    const histograms = HISTOGRAMS.map((name) => [
      name,
      histogramFromEntries(this.#histograms.get(name) ?? []),
    ]);
    return { ...this.#leaf, counts: { ...this.#counts, ...Object.fromEntries(histograms) } as EdgeCounts };
  }

  #put(name: HistogramName, bucket: number, count: number): void {
    let dense = this.#histograms.get(name);
    if (dense === undefined) {
      dense = new Map();
      this.#histograms.set(name, dense);
    }
    dense.set(bucket, (dense.get(bucket) ?? 0) + count);
  }
}
