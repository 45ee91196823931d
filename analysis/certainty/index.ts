import type { Cause } from '../cause.ts';
import { placeProbability } from './place.ts';
import { realProbability } from './real.ts';

/**
 * None of what was considered: share of first findings in generated worlds that no count put in doubt and that were wrong all the
 * same, 3 of 89. Counts know nothing of what the model of them leaves out.
 */
const NONE_OF_THESE = 0.034;

/**
 * Probability that a cause is right in origin, domain and mechanism: that something happened, that it happened there rather than
 * anywhere else that has a name, and that what has a name is enough to say it; taken as independent.
 */
export function probabilityOf({ located }: Cause): number {
  return realProbability(located.p) * placeProbability(located) * (1 - NONE_OF_THESE);
}
