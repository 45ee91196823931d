export type { Batch, EdgeRow } from './batch.ts';
export { openCapture, writeCapture } from './capture.ts';
export { type EdgeStore, openStore } from './store.ts';
export * from './types.ts';
export { workloadOf } from './workload.ts';
