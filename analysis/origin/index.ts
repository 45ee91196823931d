export { type Account, emptyAccount, sharesInCycle } from './accounts.ts';
export type { EdgeTable } from './edge-table.ts';
export { originOfEdges } from './edges.ts';
export { originOfFailures } from './failures.ts';
export { type Calls, cyclesOf } from './graph.ts';
export { passedAtMost } from './passed.ts';
export type { Points, SeriesTable, ServicePoints } from './points.ts';
export type { SeriesOrigin } from './rank.ts';
export { originOfTime } from './time.ts';
