import type { Candidate, Located } from '../localise/index.ts';
import { excessLikelihood } from '../statistics/tail.ts';

/** What is this many nats less likely than the best does not change a probability that is printed in percent. */
const NEGLIGIBLE_NATS = 20;

/**
 * Probability that an excess lies where it was located: the posterior of its leaves (and of those of its aliases) over all
 * groups of leaves that have a name, and over any leaves that have none. Every tag of a name costs the number of tag values
 * it was chosen from, every leaf without a name the number of leaves: what is named by chance must be likelier.
 */
export function placeProbability({ candidate, aliases, considered, cube }: Located): number {
  const class_ = new Set([candidate, ...aliases].map(leavesOf));
  const best = Math.max(...considered.map(({ score }) => score));
  const weights = new Map<string, number>();
  for (const other of considered) {
    if (other.score < best - NEGLIGIBLE_NATS) continue;
    const leaves = leavesOf(other);
    weights.set(leaves, Math.max(weights.get(leaves) ?? 0, Math.exp(other.score - best)));
  }
  const price = Math.log(2 + cube.leaves.length);
  let nameless = 0;
  for (let i = 0; i < cube.leaves.length; i++) {
    const likelihood = excessLikelihood(cube.bad[i]!, cube.total[i]!, cube.expected[i]!) / cube.inflation;
    nameless += Math.max(0, likelihood - price);
  }
  let [inside, whole] = [0, Math.exp(Math.min(NEGLIGIBLE_NATS, nameless - best))];
  for (const [leaves, weight] of weights) {
    whole += weight;
    if (class_.has(leaves)) inside += weight;
  }
  return inside / whole;
}

const leavesOf = ({ members }: Candidate): string => members.join();
