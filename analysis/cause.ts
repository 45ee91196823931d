import type { EdgeCounts, EdgeKey, NodeKey } from '../graph/index.ts';
import type { Mechanism, TimeSplit } from './finding.ts';
import type { Located } from './localise/index.ts';

/** A located cause with the edges it sits on and what it does. */
export interface Cause {
  readonly located: Located;
  readonly origin: EdgeKey | NodeKey;
  /** Edges with excess inside the domain, largest first. */
  readonly edges: readonly EdgeKey[];
  readonly now: EdgeCounts;
  readonly before: EdgeCounts;
  readonly mechanism: Mechanism;
  readonly split: TimeSplit | null;
  /** Causes on other measures that are this one. */
  readonly also: readonly Cause[];
}
