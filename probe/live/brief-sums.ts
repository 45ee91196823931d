import type { Flow } from '../flow.ts';
import { BUCKETS, bucketOf, EMPTY, type Histogram } from '../histogram.ts';
import { long, WORD } from './brief-words.ts';

/** A histogram that grows by single values. */
export interface Growing {
  add(micros: number): void;
  read(): Histogram;
}

export function growing(): Growing {
  let counts: Uint32Array | null = null;
  return {
    add(micros) {
      counts ??= new Uint32Array(BUCKETS);
      counts[bucketOf(micros)]!++;
    },
    read() {
      if (counts === null) return EMPTY;
      const buckets: number[] = [];
      const values: number[] = [];
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        if (counts[bucket] === 0) continue;
        buckets.push(bucket);
        values.push(counts[bucket]!);
      }
      return { buckets, counts: values };
    },
  };
}

/** The kernel's value of a minimum that has no sample yet. */
const NO_RTT = 0xffff_ffff;

/** What the ends of one side add up to. */
export class Sums {
  bytesSent = 0;
  bytesReceived = 0;
  segmentsSent = 0;
  segmentsReceived = 0;
  retransmits = 0;
  zeroWindows = 0;
  requests = 0;
  /** Nanoseconds, all together. */
  ageNs = 0;
  readonly drops = new Map<string, number>();
  readonly rtt = growing();
  readonly latency = growing();
  readonly wait = growing();
  readonly service = growing();
  readonly #server: boolean;
  #minRtt = NO_RTT;

  constructor(server: boolean) {
    this.#server = server;
  }

  add(words: Uint32Array, at: number): void {
    this.bytesSent += long(words, at + WORD.bytesSent);
    this.bytesReceived += long(words, at + WORD.bytesReceived);
    this.segmentsSent += words[at + WORD.segmentsSent]!;
    this.segmentsReceived += words[at + WORD.segmentsReceived]!;
    this.retransmits += words[at + WORD.retransmits]!;
    this.zeroWindows += words[at + WORD.zeroWindows]!;
    this.requests += words[at + WORD.requests]!;
    this.ageNs += long(words, at + WORD.ended) - long(words, at + WORD.opened);
    const smoothed = words[at + WORD.rtt]!;
    if (smoothed !== 0) {
      this.rtt.add(smoothed);
      if (words[at + WORD.minRtt]! < this.#minRtt) this.#minRtt = words[at + WORD.minRtt]!;
    }
    if (words[at + WORD.samples] === 0) return;
    this.latency.add(words[at + WORD.latency]!);
    if (!this.#server) return;
    this.wait.add(words[at + WORD.wait]!);
    this.service.add(words[at + WORD.service]!);
  }

  addDrops(drops: Flow['drops']): void {
    for (const [reason, count] of drops) this.drops.set(reason, (this.drops.get(reason) ?? 0) + count);
  }

  /** Microseconds; `null` where none has a sample. */
  get minRttMicros(): number | null {
    return this.#minRtt === NO_RTT ? null : this.#minRtt;
  }
}
