import type { Watch } from '../../analysis/index.ts';
import type { EdgeReader } from '../../graph/index.ts';
import type { Feature, ProbeCounters } from '../../probe/index.ts';

/** What a server shows: an edge table, and what runs beside it. */
export interface Sources {
  readonly reader: EdgeReader;
  /** True while new windows keep arriving; a recording is not live. */
  readonly live: boolean;
  readonly version: string;
  readonly features?: () => readonly Feature[];
  readonly counters?: () => ProbeCounters;
  /** What the running process scores minute by minute. */
  readonly scores?: () => Pick<Watch, 'past' | 'open'>;
}
