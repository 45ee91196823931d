import { WINDOW_MICROS } from '../graph/index.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Cause } from './findings.ts';
import { suggests } from './localise/index.ts';
import { CHANGE_BEFORE_MICROS } from './thresholds.ts';

/**
 * The change that may stand behind a cause: one that touched the domain (or an alias of it) before one that only
 * happened to the workload, and then the latest before the onset. The onset is known to a window, so a change may lie
 * one later.
 */
export function changeBehind(evidence: Evidence, { located, origin }: Cause): Finding['change'] {
  const onset = evidence.period.from;
  const workload = 'server' in origin ? origin.server : origin;
  const names = [located.candidate, ...located.aliases];
  let best: { score: number; change: Evidence['changes'][number] } | null = null;
  for (const change of evidence.changes) {
    const before = onset + WINDOW_MICROS - change.at;
    if (before < 0 || before > CHANGE_BEFORE_MICROS) continue;
    const named = names.some((name) => suggests(change, name));
    const happened = change.namespace === workload.namespace && change.subject === workload.workload;
    if (!named && !happened) continue;
    const score = (named ? 0 : CHANGE_BEFORE_MICROS) + before;
    if (best === null || score < best.score) best = { score, change };
  }
  return best && { kind: best.change.kind, what: told(best.change), at: best.change.at };
}

/** With what it happened to: `payment v2.11 → v2.12`. */
function told({ subject, what }: Evidence['changes'][number]): string {
  return what.includes(subject) ? what : `${subject} ${what}`;
}
