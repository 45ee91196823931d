import type { Change } from '../../enrich/index.ts';
import { nodeId } from '../keys.ts';
import { matters } from '../measure.ts';
import { surprise } from '../statistics/tail.ts';
import { EXPLAINS_FLOOR, FALSE_REPORTS, FINDINGS, PEEL_SHARE } from '../thresholds.ts';
import { type AliasClass, aliasClass } from './aliases.ts';
import type { Candidate } from './candidate.ts';
import { accusedExcess, accusedNodes, type Cube, without } from './cube.ts';
import { placeCandidates } from './place.ts';
import { workloadCandidates } from './workload.ts';

/** A cause on one measure: the leaves it covers, their names, and the rivals it was chosen from. */
export interface Located {
  readonly cube: Cube;
  readonly candidate: Candidate;
  readonly aliases: readonly Candidate[];
  /** Everything else that was considered for the same traffic, best first. */
  readonly rivals: readonly Candidate[];
  /** Share of the measure's excess that lies inside. */
  readonly explains: number;
  readonly p: number;
}

/**
 * The causes of one measure's excess, largest first: the best candidate over workloads and places is taken, its traffic
 * removed, and the search repeated while a significant share of the excess is left (greedy peeling).
 */
export function localise(whole: Cube, changes: readonly Change[], price: number): Located[] {
  const excess = accusedExcess(whole);
  const found: Located[] = [];
  let cube = whole;
  while (found.length < FINDINGS && excess > 0 && accusedExcess(cube) >= PEEL_SHARE * excess) {
    const located = strongest(cube, changes, price, excess);
    if (located === null) break;
    found.push(located);
    cube = without(cube, located.candidate.members);
  }
  return found;
}

function strongest(cube: Cube, changes: readonly Change[], price: number, excess: number): Located | null {
  const scopes = [
    ...accusedNodes(cube, 'server').map((node) => workloadCandidates(cube, 'server', node)),
    ...accusedNodes(cube, 'client')
      .filter((node) => callsSeveral(cube, nodeId(node)))
      .map((node) => workloadCandidates(cube, 'client', node)),
    placeCandidates(cube),
  ].filter((candidates) => candidates.length > 0);
  let best: { candidate: Candidate; scope: readonly Candidate[] } | null = null;
  for (const scope of scopes) {
    const top = explaining(scope);
    if (best === null || top.score > best.candidate.score) best = { candidate: top, scope };
  }
  if (best === null || best.candidate.score <= 0) return null;
  const { chosen, others }: AliasClass = aliasClass(cube, best.candidate, best.scope, changes);
  const looked = scopes.reduce((sum, { length }) => sum + length, 0);
  const p = Math.min(1, chance(cube, chosen) * looked * price);
  if (p > FALSE_REPORTS || !matters(cube.measure, chosen, chosen.expected / chosen.total)) return null;
  const same = new Set([chosen, ...others]);
  return {
    cube,
    candidate: chosen,
    aliases: others,
    rivals: best.scope.filter((rival) => !same.has(rival)).sort((a, b) => b.likelihood - a.likelihood),
    explains: Math.min(1, Math.max(0, (chosen.bad - chosen.expected) / excess)),
    p,
  };
}

/** A part this many times as bad as the whole is a cause of its own even where it explains little. */
const PART_CONTRAST = 2;

/**
 * The best of a scope. Tags that leave most of the excess of their workload outside explain nothing, unless the part is
 * far worse than the whole (several parts are bad at once): else all of the workload is the answer, with no tag.
 */
function explaining(scope: readonly Candidate[]): Candidate {
  const best = scope.reduce((a, b) => (b.score > a.score ? b : a));
  const root = scope.find(({ tags }) => tags.length === 0);
  if (!root || best === root || root.score <= 0) return best;
  const share = (best.bad - best.expected) / Math.max(1e-9, root.bad - root.expected);
  const contrast = best.bad / best.total / (root.bad / root.total);
  return share >= EXPLAINS_FLOOR || contrast >= PART_CONTRAST ? best : root;
}

function chance(cube: Cube, { bad, total, expected }: Candidate): number {
  const mean = Math.min(0.999, Math.max(expected / total, 0.5 / (total + 1)));
  const weight = Math.max(1, 1 / (cube.correlation + 1e-4) - 1);
  return surprise(Math.floor(bad), Math.round(total), { mean, weight });
}

function callsSeveral(cube: Cube, client: string): boolean {
  const servers = new Set<string>();
  for (let i = 0; i < cube.leaves.length; i++) {
    const { edge } = cube.leaves[i]!;
    if (cube.accused[i] === 1 && nodeId(edge.client) === client) servers.add(nodeId(edge.server));
  }
  return servers.size > 1;
}
