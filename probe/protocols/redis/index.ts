export { redis } from './dialect.ts';
