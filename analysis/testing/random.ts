export { type Random, randomOf } from '../statistics/random.ts';
