import type { AnomalyRow, Edge } from '../../graph/index.ts';
import type { SignalName } from '../finding.ts';
import type { ChannelName } from './channels.ts';

/**
 * One signal of one edge that left its seasonal baseline; what the edge table keeps, with closed names. `onset` is the
 * most likely change point, `opened` the step in which the evidence passed the bar; `ended` is `null` while it is open.
 * `evidence` is ln of the largest value the e-detector of its channel reached: turn it into an e-value or a p-value for
 * a period with `eValue` and `pValue`, never with exp alone.
 */
export interface Anomaly extends AnomalyRow {
  readonly channel: ChannelName;
  readonly signal: SignalName;
}

/** Counts of all edges in one step: a minute, or a window. */
export interface Step {
  /** Start of the step, microseconds since the epoch; steps come in order, gaps are fine. */
  readonly at: number;
  /** Edges with any event. Edges known from before and missing here had none. */
  readonly edges: readonly Edge[];
  /** False where part of the step was not watched: what is missing is then not taken for silence. */
  readonly complete?: boolean;
}

/**
 * What one step was worth, channel by channel (`CHANNELS`), edge by edge. Arrays are indexed by
 * `row(edge) * CHANNELS.length + channel`.
 */
export interface Scores {
  readonly at: number;
  /** Row of an edge, -1 for one that is not watched. Rows are given once and stay, also over `save` and `restore`. */
  row(edgeId: string): number;
  readonly rows: number;
  /**
   * Standardised residuals: events or times above what was expected, in standard deviations of the past (sampling,
   * over-dispersion and the uncertainty of the baseline together). NaN where nothing happened or the past is too thin.
   */
  readonly z: Float32Array;
  /** P(at least as much) under the baseline, by the channel's own family; 1 where `z` is NaN. Computed when asked. */
  p(index: number): number;
  /** Anomalies that opened, went on, or ended in this step. */
  readonly opened: readonly Anomaly[];
  readonly ongoing: readonly Anomaly[];
  readonly ended: readonly Anomaly[];
}

/** How much past the scores rest on. */
export interface Past {
  /** Start of the first step, microseconds since the epoch; `null` before it. */
  readonly from: number | null;
  /** End of the last step; `null` before it. */
  readonly to: number | null;
  readonly steps: number;
  readonly edges: number;
  /** Channels of edges with a baseline, and those with events but too thin a past. */
  readonly ready: number;
  readonly thin: number;
  /** Edges and seasons that found no room (`MAX_EDGES`, `MAX_SEASONS`). */
  readonly unwatched: number;
  readonly unseasoned: number;
}

export interface ScorerOptions {
  /** Length of a step, microseconds; a minute if left out. */
  readonly stepMicros?: number;
  /** False anomalies accepted a day, over all edges and channels. */
  readonly falsePerDay?: number;
}

/** Scores step after step; the baseline of a step is made of the time before its hour alone. */
export interface Scorer {
  step(step: Step): Scores;
  /** Open anomalies, oldest onset first. */
  readonly open: readonly Anomaly[];
  readonly past: Past;
  readonly stepMicros: number;
  /** Everything as bytes; `restoreScorer` goes on from them as if nothing had happened. */
  save(): Uint8Array;
}
