import { BUCKETS, EMPTY, type Histogram, histogramOf, merge } from '../histogram.ts';
import { ROLE_SERVER, record } from './layout.ts';

/** The part of a BPF map this reads. */
export interface HistogramMap {
  lookup(key: Uint8Array): Uint8Array | null;
  delete(key: Uint8Array): boolean;
}

/** Latencies of one socket since it was opened. */
export interface Latencies {
  readonly latency: Histogram;
  readonly wait: Histogram;
  readonly service: Histogram;
}

export const NO_LATENCIES: Latencies = { latency: EMPTY, wait: EMPTY, service: EMPTY };

const LATENCY = 0;
const WAIT = 1;
const SERVICE = 2;

/** Reads the latencies of the record at `base`: the first stands in it, the others in a map of their own. */
export function readLatencies(map: HistogramMap, view: DataView, base: number): Latencies {
  if (record.samples(view, base) === 0) return NO_LATENCIES;
  const server = record.role(view, base) === ROLE_SERVER;
  const more = hasMore(view, base);
  const read = (kind: number, first: number) =>
    more ? merge(histogramOf([first]), lookup(map, keyOf(view, base, kind))) : histogramOf([first]);
  return {
    latency: read(LATENCY, record.firstLatency(view, base)),
    wait: server ? read(WAIT, record.firstWait(view, base)) : EMPTY,
    service: server ? read(SERVICE, record.firstService(view, base)) : EMPTY,
  };
}

/** Frees the entries of a socket that has ended and was read. */
export function forgetLatencies(map: HistogramMap, view: DataView, base: number): void {
  if (!hasMore(view, base)) return;
  const kinds = record.role(view, base) === ROLE_SERVER ? [LATENCY, WAIT, SERVICE] : [LATENCY];
  for (const kind of kinds) map.delete(keyOf(view, base, kind));
}

function hasMore(view: DataView, base: number): boolean {
  return record.samples(view, base) + record.samplesLost(view, base) > 1;
}

/** `struct histogram_key`: the cookie, then `opened_ns` with its two lowest bits replaced by the kind. */
function keyOf(view: DataView, base: number, kind: number): Uint8Array {
  const key = new Uint8Array(16);
  key.set(new Uint8Array(view.buffer, view.byteOffset + base, 16));
  key[8] = (key[8]! & ~3) | kind;
  return key;
}

function lookup(map: HistogramMap, key: Uint8Array): Histogram {
  const value = map.lookup(key);
  if (value === null) return EMPTY;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const buckets: number[] = [];
  const counts: number[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = view.getUint32(4 * bucket, true);
    if (count > 0) {
      buckets.push(bucket);
      counts.push(count);
    }
  }
  return { buckets, counts };
}
