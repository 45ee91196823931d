export { MYSQL } from './dialect.ts';
