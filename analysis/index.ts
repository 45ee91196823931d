export type * from './finding.ts';
export { type EdgeStatus, type Overview, overview, type Status, statuses } from './overview.ts';
export { type WhyQuery, why } from './why.ts';
