export { sqlTemplate, UNKNOWN } from './template.ts';
export type { SqlDialect } from './tokens.ts';
