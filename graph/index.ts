export {
  type Assembly,
  type AssemblyCounters,
  type AssemblyOptions,
  createAssembly,
} from './assembly.ts';
export type { Batch, EdgeRow } from './batch.ts';
export { openCapture, writeCapture } from './capture.ts';
export { findNodes, nearest } from './find-nodes.ts';
export { gaugeRow } from './gauge.ts';
export { rowsQuery } from './rows-query.ts';
export { type EdgeStore, type OpenOptions, openStore } from './store.ts';
export * from './types.ts';
export type { TickInfo } from './watch.ts';
export { workloadOf } from './workload.ts';
