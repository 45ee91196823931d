export { FaultlineError } from './error.ts';
export type {
  Address,
  Basis,
  Brief,
  Failure,
  Feature,
  Flow,
  Gauge,
  NatSource,
  Operation,
  Owner,
  PacketDrops,
  Passed,
  ProbeCounters,
  Protocol,
  Role,
  Transport,
} from './flow.ts';
export {
  BUCKETS,
  bucketOf,
  countAbove,
  EMPTY as EMPTY_HISTOGRAM,
  fromEntries as histogramFromEntries,
  type Histogram,
  histogramOf,
  lowerBound,
  merge as mergeHistograms,
  quantile,
  total as histogramTotal,
} from './histogram.ts';
export { examine, startProbe } from './live/door.ts';
export type { Budget } from './live/governor.ts';
export { ENDED_SIZE as KERNEL_RECORD_BYTES, record as kernelRecord } from './live/layout.ts';
export type { Probe, ProbeOptions } from './live/probe.ts';
