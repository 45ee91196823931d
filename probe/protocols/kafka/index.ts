export { KAFKA } from './dialect.ts';
