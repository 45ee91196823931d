export { REDIS } from './dialect.ts';
