/**
 * The continuous detector: a frozen seasonal baseline for every channel of every edge, evidence gathered step by step,
 * anomalies that open and end. Feed `Scorer.step` with the counts of all edges of each minute, in order, beginning with
 * whatever past there is: the same call learns and scores.
 */
export { advance } from './advance.ts';
export { CHANNELS, type Channel, type ChannelName, type Family, trafficOf } from './channels.ts';
export { eValue, lnEValue, pValue } from './e-value.ts';
export { restoreScorer } from './restore.ts';
export { createScorer } from './scorer.ts';
export type { Anomaly, Past, Scorer, ScorerOptions, Scores, Step } from './types.ts';
export { type ScoredStore, type Watch, watchStore } from './watch.ts';
