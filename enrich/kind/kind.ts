import type { ChangeLog } from '../changes/log.ts';
import type { PodLives } from '../changes/pod.ts';
import { CONFIG_KINDS } from '../read/config.ts';
import { WORKLOAD_KINDS } from '../read/workload.ts';
import type { Retention } from '../table/retention.ts';
import type { Tables } from '../table/tables.ts';

/** Kinds of objects names are made of. `Endpoints` stands for slices where a server has none. */
export const KINDS = [
  'Pod',
  'Service',
  'EndpointSlice',
  'Endpoints',
  'Node',
  ...WORKLOAD_KINDS,
  ...CONFIG_KINDS,
] as const;
export type Kind = (typeof KINDS)[number];

export const isKind = (kind: unknown): kind is Kind => (KINDS as readonly unknown[]).includes(kind);

/** What every kind writes to. */
export interface Context {
  readonly tables: Tables;
  readonly retention: Retention;
  readonly log: ChangeLog;
  readonly lives: PodLives;
}

/** How objects of one kind enter and leave the tables. */
export interface KindTable<View> {
  /** `null` for an object nothing can be made of. */
  read(object: unknown): View | null;
  key(view: View): string;
  /** Keys of what there is now. */
  keys(): readonly string[];
  /**
   * Takes the state of an object. In the `first` LIST of a kind it is taken as old and no change. False when the table
   * is full.
   */
  set(view: View, at: number, first: boolean): boolean;
  /** `vanished`: it ended unseen, some time before `at`. */
  remove(key: string, at: number, vanished: boolean): void;
}
