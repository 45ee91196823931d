import type { NodeKey, Period } from '../../graph/index.ts';

/** What runs out, or bends, before anything fails. */
export const CAPACITY_KINDS = [
  'accept queue',
  'local ports',
  'connection tracking',
  'open connections',
  'load',
] as const;
export type CapacityKind = (typeof CAPACITY_KINDS)[number];

/** An estimate with its 95 % interval; `high` is `null` where nothing bounds it. */
export interface Estimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number | null;
}

export interface CapacityItem {
  readonly kind: CapacityKind;
  /** Whose it is. */
  readonly subject: NodeKey;
  /** Which of its pods or nodes; `null` for an edge as a whole. */
  readonly instance: string | null;
  /** The queue, the pair of addresses, the edge. */
  readonly what: string;
  /** `full`: at its limit. `near`: not far from it. `filling`: on its way there. `growing`: without a known limit. */
  readonly state: 'full' | 'near' | 'filling' | 'growing';
  /** At the end of the period; of the load, requests a second. */
  readonly used: number;
  /** `null` where none is known; of the load, where the line of its latency says it saturates. */
  readonly limit: Estimate | null;
  /** Of the local ports in use, those of connections that have ended. */
  readonly ended: number;
  /** Change an hour; `null` where there is no trend. */
  readonly perHour: Estimate | null;
  /** Microseconds until the limit, if the trend goes on. */
  readonly timeLeft: Estimate | null;
  /** Chance of the trend where there is none. */
  readonly p: number;
  /** When it was last read, microseconds since the epoch. */
  readonly at: number;
  /** One sentence. */
  readonly text: string;
}

export interface Capacity {
  readonly period: Period;
  /** What breaks first comes first. */
  readonly items: readonly CapacityItem[];
  /** Series looked at, and items beyond the bound. */
  readonly looked: number;
  readonly more: number;
}
