import type { EdgeKey } from '../../graph/index.ts';
import { edgeId, edgeOf } from '../keys.ts';
import { WIDTH } from './cells.ts';
import { CHANNELS } from './channels.ts';
import { HISTOGRAM_SIZE } from './coarse.ts';
import { HOURS_OF_WEEK } from './hours.ts';
import { Pages } from './pages.ts';

/** Edges that are watched: 400 MB of cells. What exceeds it is counted. */
export const MAX_EDGES = 200_000;
/** Channels with a season of their own: 540 MB. The others have the same baseline at all hours, and are counted. */
export const MAX_SEASONS = 400_000;
/** Histograms of the past: 80 MB. A time without one has no threshold and is not judged by its slow requests. */
export const MAX_HISTOGRAMS = 200_000;

const CELLS = CHANNELS.length * WIDTH;

/** What all edges together show of one channel: what an edge with little past is shrunk towards. */
export interface Pool {
  rate: number;
  dispersion: number;
  serial: number;
}

/** The past of every edge and channel, and the evidence that is being gathered: typed arrays, about 2 kB an edge. */
export class Profile {
  readonly keys: EdgeKey[] = [];
  readonly ids: string[] = [];
  readonly rows = new Map<string, number>();
  /** Step in which each edge was last seen. */
  lastSeen: number[] = [];
  cells = new Float32Array(0);
  seasons = new Pages(2 * HOURS_OF_WEEK, MAX_SEASONS);
  histograms = new Pages(HISTOGRAM_SIZE, MAX_HISTOGRAMS);
  pools: Pool[] = CHANNELS.map(() => ({ rate: 0, dispersion: 0, serial: 0 }));
  unwatched = 0;

  get size(): number {
    return this.keys.length;
  }

  /** Row of an edge, a new one if it was never met; -1 when all are taken. */
  rowOf(edge: EdgeKey): number {
    const id = edgeId(edge);
    const known = this.rows.get(id);
    if (known !== undefined) return known;
    if (this.size >= MAX_EDGES) {
      this.unwatched++;
      return -1;
    }
    const row = this.size;
    this.rows.set(id, row);
    this.ids.push(id);
    this.keys.push(edgeOf(edge));
    this.lastSeen.push(-1);
    if ((row + 1) * CELLS > this.cells.length) {
      const grown = new Float32Array(Math.min(MAX_EDGES, Math.max(16, Math.ceil(row * 1.5))) * CELLS);
      grown.set(this.cells);
      this.cells = grown;
    }
    return row;
  }

  /** Where the cell of a channel of an edge begins in `cells`. */
  cell(row: number, channel: number): number {
    return row * CELLS + channel * WIDTH;
  }
}
