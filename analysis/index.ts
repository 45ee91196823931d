export {
  CAPACITY_KINDS,
  type Capacity,
  type CapacityItem,
  type CapacityKind,
  capacityOf,
  type Estimate,
} from './capacity/index.ts';
export { autocorrelation, peaks } from './detector/autocorrelation.ts';
export {
  anomalyScores,
  gathered as gatheredEvidence,
  lookAhead,
  pointEvidence,
  residualsOf,
} from './detector/index.ts';
export {
  type Digest,
  digest,
  FALSE_DISCOVERIES,
  type Incident,
  isZone,
  lastNight,
  nightOf,
  type Severity,
} from './digest/index.ts';
export {
  EVENT_KINDS,
  type EventKind,
  eventsOf,
  type Observations,
  type ObservedEvent,
} from './events/index.ts';
export type * from './finding.ts';
export {
  BACKENDS,
  type Backend,
  type Channel as ResidualChannel,
  collected,
  combinedP,
  type Detector,
  explain,
  learnedP,
  loadDetector,
  loadTensors,
  NIGHTLY,
  PAST_STEPS,
  quietResiduals,
  type Residuals,
  type ScoredStep,
  saveDetector,
  stepsOf,
  type Tensors,
  type Training,
  trainDetector,
  trainOnStore,
  wantedBackend,
} from './learned/index.ts';
export {
  type Calls,
  type EdgeTable,
  originOfEdges,
  originOfFailures,
  originOfTime,
  type Points,
  type SeriesOrigin,
  type SeriesTable,
  type ServicePoints,
} from './origin/index.ts';
export { type EdgeStatus, type Overview, overview, type Status, statuses } from './overview.ts';
export {
  type BlindSpot,
  type BlindSpots,
  blindSpots,
  type PlacedTag,
  type Placement,
  placementOf,
} from './placement/index.ts';
export {
  type CountScan,
  type Forecast,
  type LeafCounts,
  scanCounts,
  scanForecast,
  type TagSet,
  type TagTable,
  tagTable,
} from './scan/index.ts';
export {
  type Anomaly,
  advance,
  CHANNELS,
  type Channel,
  type ChannelName,
  createScorer,
  eValue,
  lnEValue,
  type Past,
  pValue,
  restoreScorer,
  type ScoredStore,
  type Scorer,
  type ScorerOptions,
  type Scores,
  type Step,
  type Watch,
  watchStore,
} from './score/index.ts';
export { type SelfTested, type SelfTestOptions, selfTest } from './self-test/index.ts';
export { type WhyQuery, why } from './why.ts';
