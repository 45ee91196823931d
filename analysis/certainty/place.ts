import type { Candidate, Located } from '../localise/index.ts';

/** What is this many nats less likely than the best does not change a probability that is printed in percent. */
const NEGLIGIBLE_NATS = 20;

/**
 * Probability that an excess lies where it was located: the posterior of its leaves (and of those of its aliases) over all
 * groups of leaves that have a name, and over chance, which has no excess anywhere. Every tag of a name costs the number
 * of tag values it was chosen from: what is named by chance must be likelier. Names for the same leaves are one hypothesis.
 */
export function placeProbability({ candidate, aliases, considered, joint }: Located): number {
  const told = new Set([candidate, ...aliases].map(leavesOf));
  // What shares no leaf with it is no rival but a cause beside it.
  const inDomain = new Set(candidate.members);
  const rivals = considered.filter(({ members }) => members.some((i) => inDomain.has(i)));
  const best = Math.max(0, joint, ...rivals.map(({ score }) => score));
  const weights = new Map<string, number>();
  for (const other of rivals) {
    if (other.score < best - NEGLIGIBLE_NATS) continue;
    const leaves = leavesOf(other);
    weights.set(leaves, Math.max(weights.get(leaves) ?? 0, Math.exp(other.score - best)));
  }
  // With a cause beside it, it is likelier than alone.
  const own = leavesOf(candidate);
  weights.set(own, Math.max(weights.get(own) ?? 0, Math.exp(joint - best)));
  let [inside, whole] = [0, Math.exp(-best)];
  for (const [leaves, weight] of weights) {
    whole += weight;
    if (told.has(leaves)) inside += weight;
  }
  return inside / whole;
}

const leavesOf = ({ members }: Candidate): string => members.join();
