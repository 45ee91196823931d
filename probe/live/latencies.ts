import {
  BUCKETS,
  EMPTY,
  fromEntries,
  type Histogram,
  histogramOfOne,
  merge,
  subtract,
  total,
} from '../histogram.ts';
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

/** The maps `latencies` and `server_latencies` (`bpf/maps.h`). */
export interface LatencyMaps {
  readonly client: HistogramMap;
  readonly server: HistogramMap;
}

/** Bytes of `struct histogram`. */
const HISTOGRAM_SIZE = 4 * BUCKETS;
/** Cookie and `opened_ns`, with which a record begins too. */
const KEY_SIZE = 16;

/** Reads the latencies of the record at `base`: the first stands in it, the others in a map of their own. */
export function readLatencies(maps: LatencyMaps, view: DataView, base: number): Latencies {
  if (record.samples(view, base) === 0) return NO_LATENCIES;
  const server = record.role(view, base) === ROLE_SERVER;
  const more = hasMore(view, base) ? mapOf(maps, view, base).lookup(keyOf(view, base)) : null;
  return {
    latency: withFirst(record.firstLatency(view, base), more, 0),
    wait: server ? withFirst(record.firstWait(view, base), more, 1) : EMPTY,
    service: server ? withFirst(record.firstService(view, base), more, 2) : EMPTY,
  };
}

/** @param place of the histogram among those of `more` */
function withFirst(micros: number, more: Uint8Array | null, place: number): Histogram {
  const first = histogramOfOne(micros);
  return more === null ? first : merge(first, histogramAt(more, place * HISTOGRAM_SIZE));
}

/**
 * `now` without what came after the record was read, which is before its latencies are: as many as it counts are left, and
 * the longest of the new ones wait for the next time.
 *
 * @param before what was read last, contained in `now`
 */
export function upTo(samples: number, now: Latencies, before: Latencies): Latencies {
  const later = total(now.latency) - samples;
  if (later <= 0) return now;
  const cut = (kind: keyof Latencies) =>
    subtract(now[kind], longest(subtract(now[kind], before[kind]), later));
  return { latency: cut('latency'), wait: cut('wait'), service: cut('service') };
}

function longest(histogram: Histogram, count: number): Histogram {
  const entries: [bucket: number, count: number][] = [];
  let left = count;
  for (let i = histogram.buckets.length - 1; i >= 0 && left > 0; i--) {
    const taken = Math.min(left, histogram.counts[i]!);
    entries.push([histogram.buckets[i]!, taken]);
    left -= taken;
  }
  return fromEntries(entries);
}

/** Frees the entry of a socket that has ended and was read. */
export function forgetLatencies(maps: LatencyMaps, view: DataView, base: number): void {
  if (hasMore(view, base)) mapOf(maps, view, base).delete(keyOf(view, base));
}

function hasMore(view: DataView, base: number): boolean {
  return record.samples(view, base) + record.samplesLost(view, base) > 1;
}

function mapOf(maps: LatencyMaps, view: DataView, base: number): HistogramMap {
  return record.role(view, base) === ROLE_SERVER ? maps.server : maps.client;
}

function keyOf(view: DataView, base: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + base, KEY_SIZE);
}

function histogramAt(bytes: Uint8Array, offset: number): Histogram {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HISTOGRAM_SIZE);
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
