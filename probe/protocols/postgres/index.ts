export { POSTGRES } from './dialect.ts';
export { sqlstate } from './sqlstate.ts';
