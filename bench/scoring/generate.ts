import type { Edge, EdgeCounts, EdgeKey } from '../../graph/index.ts';
import { EMPTY_HISTOGRAM, type Histogram, histogramOf } from '../../probe/index.ts';
import { type Random, randomOf } from './random.ts';

/** Monday, 00:00 UTC: the start of every generated history. */
export const MONDAY = Date.UTC(2026, 2, 2) * 1000;
const HOUR = 3_600_000_000;
/** Times drawn for one histogram of one step; busier edges repeat each draw. */
const DRAWS = 120;

/** How one edge behaves while nothing is wrong with it. */
export interface Habit {
  readonly key: EdgeKey;
  /** Requests a minute in the middle of its rhythm. */
  readonly rate: number;
  /** Depth of the daily rhythm, 0 to 1, and the hour of its peak; weekends are quieter by the same. */
  readonly rhythm: number;
  readonly peak: number;
  readonly errors: number;
  readonly refused: number;
  readonly loss: number;
  /** Median latency in ms, standard deviation of its logarithm within a minute, and between minutes. */
  readonly latency: number;
  readonly spread: number;
  readonly wander: number;
  /** How much of a minute's wander is left in the next. */
  readonly memory: number;
}

/** What a fault does to an edge while it lasts. */
export interface Disturbance {
  readonly errors?: number;
  readonly latency?: number;
  readonly rate?: number;
  readonly loss?: number;
  readonly refused?: number;
}

/** Edges as clusters have them: most nearly idle, few busy, all with a rhythm of their own. */
export function habits(count: number, seed: number): Habit[] {
  const random = randomOf(seed);
  const between = (low: number, high: number): number => low * (high / low) ** random.next();
  return Array.from({ length: count }, (_, i) => ({
    key: {
      client: { namespace: 'shop', workload: `caller-${i % Math.ceil(count / 4)}` },
      server: { namespace: 'shop', workload: `service-${i}` },
      port: 8080,
    },
    rate: between(0.5, 600),
    rhythm: 0.8 * random.next(),
    peak: Math.floor(24 * random.next()),
    errors: between(0.0002, 0.02),
    refused: between(0.0001, 0.005),
    loss: between(0.00005, 0.003),
    latency: between(1, 100),
    spread: between(0.2, 0.8),
    wander: between(0.02, 0.15),
    memory: 0.7 * random.next(),
  }));
}

/** One edge, minute by minute. Failures of a minute share its luck (over-dispersion), times its wander. */
export class EdgeStream {
  readonly habit: Habit;
  readonly #random: Random;
  #level = 0;

  constructor(habit: Habit, seed: number) {
    this.habit = habit;
    this.#random = randomOf(seed);
  }

  /** Requests a minute that are expected at a time. */
  expected(at: number): number {
    const { rate, rhythm, peak } = this.habit;
    const hour = (at - MONDAY) / HOUR;
    const daily = 1 + rhythm * Math.cos((2 * Math.PI * (hour - peak)) / 24);
    return rate * daily * (Math.floor(hour / 24) % 7 >= 5 ? 1 - rhythm / 2 : 1);
  }

  step(at: number, disturbed: Disturbance = {}): Edge | null {
    const { habit } = this;
    const random = this.#random;
    this.#level = habit.memory * this.#level + Math.sqrt(1 - habit.memory ** 2) * random.normal();
    const luck = (): number => random.gamma(4) / 4;
    const requests = random.poisson(this.expected(at) * luck() * (disturbed.rate ?? 1));
    const opened = random.binomial(requests, 0.3);
    const refused = random.binomial(
      Math.ceil(requests * 0.3),
      limited(habit.refused * luck() + (disturbed.refused ?? 0)),
    );
    if (requests + opened + refused === 0) return null;
    const segments = requests * 8;
    const middle = Math.log(habit.latency * 1000 * (disturbed.latency ?? 1)) + habit.wander * this.#level;
    const times = (part: number, n: number): Histogram => this.#times(middle + Math.log(part), n);
    return {
      ...habit.key,
      counts: {
        ...NOTHING,
        opened,
        closed: opened,
        refused,
        requests,
        failedRequests: random.binomial(requests, limited(habit.errors * luck() + (disturbed.errors ?? 0))),
        bytesSent: requests * 400,
        bytesReceived: requests * 2000,
        segments,
        retransmits: random.binomial(segments, limited(habit.loss * luck() + (disturbed.loss ?? 0))),
        latency: times(1, requests),
        wait: times(0.05, requests),
        service: times(0.8, requests),
        rtt: times(0.1, opened),
        connect: times(0.1, opened),
      },
    };
  }

  #times(middle: number, count: number): Histogram {
    if (count === 0) return EMPTY_HISTOGRAM;
    const draws = Math.min(DRAWS, count);
    const { spread } = this.habit;
    const drawn = histogramOf(
      Array.from({ length: draws }, () => Math.exp(middle + spread * this.#random.normal())),
    );
    if (draws === count) return drawn;
    return { buckets: drawn.buckets, counts: drawn.counts.map((each) => Math.round((each * count) / draws)) };
  }
}

function limited(rate: number): number {
  return Math.min(1, rate);
}

const NOTHING: EdgeCounts = {
  opened: 0,
  closed: 0,
  refused: 0,
  timedOut: 0,
  unreachable: 0,
  resetByClient: 0,
  resetByServer: 0,
  requests: 0,
  failedRequests: 0,
  bytesSent: 0,
  bytesReceived: 0,
  segments: 0,
  retransmits: 0,
  untimed: 0,
  zeroWindows: 0,
  drops: 0,
  latency: EMPTY_HISTOGRAM,
  wait: EMPTY_HISTOGRAM,
  service: EMPTY_HISTOGRAM,
  rtt: EMPTY_HISTOGRAM,
  connect: EMPTY_HISTOGRAM,
  network: EMPTY_HISTOGRAM,
};
