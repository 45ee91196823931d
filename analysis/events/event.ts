import type { EdgeKey, NodeKey, Period } from '../../graph/index.ts';

/** What is worth knowing beside anomalies. Each is a fact with its counts; none is called an attack. */
export const EVENT_KINDS = [
  'new edge',
  'vanished edge',
  'new version',
  'new image',
  'new process',
  'failed fan-out',
  'first outside peer',
  'volume',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface ObservedEvent {
  readonly kind: EventKind;
  /** The edge it happened on, or the workload it happened to. */
  readonly subject: EdgeKey | NodeKey;
  /** Version, image or process that is new; what was above its past; else `null`. */
  readonly what: string | null;
  /** When it began, microseconds since the epoch, to a bin of the history. */
  readonly at: number;
  /** What was counted, by name; every number is a count, bytes, or windows or bins of time. */
  readonly counts: Readonly<Record<string, number>>;
  /** Chance of the like where nothing had changed. */
  readonly p: number;
  /** One sentence. */
  readonly text: string;
}

export interface Observations {
  readonly period: Period;
  /** What the period was compared with. */
  readonly history: Period;
  /** Length of a bin, in which both were counted. */
  readonly binMicros: number;
  /** Most surprising first within their kinds, the kinds in the order of `EVENT_KINDS`. */
  readonly events: readonly ObservedEvent[];
  /** Of each kind: told (also those beyond the bound), and seen but not surprising enough to be told. */
  readonly counts: Readonly<Record<EventKind, { readonly told: number; readonly unsure: number }>>;
  /** Edges first seen in a time as long as this one, by the habit of the history; `null` where it is too short. */
  readonly usualNewEdges: number | null;
  /** Why nothing could be told, in one phrase; `null` where it could. */
  readonly missing: string | null;
}

/** What a search for one kind of event brought. */
export interface Sought {
  readonly kind: EventKind;
  readonly found: readonly ObservedEvent[];
  /** Everything that was looked at for it. */
  readonly questions: number;
}
