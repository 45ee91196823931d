import type { Change } from '../../enrich/index.ts';
import { type NodeKey, WINDOW_MICROS } from '../../graph/index.ts';
import type { Cause } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { suggests } from '../localise/index.ts';
import { CHANGE_BEFORE_MICROS } from '../thresholds.ts';
import { reachable } from './reach.ts';

/** How closely an event touches a cause, closest first. */
export const TIES = ['domain', 'workload', 'node', 'dependency'] as const;
export type Tie = (typeof TIES)[number];

export interface Recorded {
  readonly change: Change;
  readonly tie: Tie;
}

/**
 * The recorded event that may stand behind a cause: one that touched the domain (or an alias of it), before one that only
 * happened to the workload, to a node its instances run on, or to something it calls; then the latest before the onset.
 * The onset is known to a window, so an event may lie one later.
 */
export function recordedBehind(
  evidence: Evidence,
  cause: Cause,
  ties: readonly Tie[] = TIES,
): Recorded | null {
  const onset = evidence.period.from;
  let best: (Recorded & { readonly score: number }) | null = null;
  const tieOf = tieWith(evidence, cause);
  for (const change of evidence.changes) {
    const before = onset + WINDOW_MICROS - change.at;
    if (before < 0 || before > CHANGE_BEFORE_MICROS) continue;
    const tie = tieOf(change);
    if (tie === null || !ties.includes(tie)) continue;
    const score = TIES.indexOf(tie) * 2 * CHANGE_BEFORE_MICROS + before;
    if (best === null || score < best.score) best = { change, tie, score };
  }
  return best && { change: best.change, tie: best.tie };
}

/** With what it happened to: `payment v2.11 → v2.12`. */
export function told({ subject, what }: Change): string {
  return what.includes(subject) ? what : `${subject} ${what}`;
}

function tieWith(evidence: Evidence, { located, origin }: Cause): (change: Change) => Tie | null {
  const workload = 'server' in origin ? origin.server : origin;
  const names = [located.candidate, ...located.aliases];
  const nodes = new Set(located.candidate.members.map((i) => located.cube.leaves[i]!.server.tags.node));
  let below: readonly NodeKey[] | null = null;
  return (change) => {
    if (names.some((name) => suggests(change, name))) return 'domain';
    if (change.namespace === workload.namespace && change.subject === workload.workload) return 'workload';
    if (change.kind === 'node') return nodes.has(change.subject) ? 'node' : null;
    below ??= reachable(evidence.edges, workload, 'server');
    const hit = below.some((node) => change.namespace === node.namespace && change.subject === node.workload);
    return hit ? 'dependency' : null;
  };
}
