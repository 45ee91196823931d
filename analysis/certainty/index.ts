import type { Cause } from '../findings.ts';
import { placeProbability } from './place.ts';
import { realProbability } from './real.ts';

/**
 * Probability that a cause is right in origin, domain and mechanism: that something happened, that it happened there, and that
 * it is what it looks like, each from counts and taken as independent.
 */
export function probabilityOf({ located }: Cause): number {
  return realProbability(located.p) * placeProbability(located);
}
