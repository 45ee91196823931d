import type { Cause } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding, StateChange } from '../finding.ts';
import { KIND_OF } from './kinds.ts';
import { networkPath, wholeNode } from './place.ts';
import { type Recorded, recordedBehind, type Tie, told } from './recorded.ts';
import { sendersOf } from './senders.ts';
import { trafficRise } from './traffic.ts';

export { reachable } from './reach.ts';

/** The recorded event behind a cause, of those that touched its domain or its workload. */
export function changeBehind(evidence: Evidence, cause: Cause): Finding['change'] {
  const found = recordedBehind(evidence, cause, ['domain', 'workload']);
  return found && { kind: found.change.kind, what: told(found.change), at: found.change.at };
}

const WHY: Readonly<Record<Tie, string>> = {
  domain: 'it touched what is hit and nothing else',
  workload: 'it happened to the workload where the trouble starts',
  node: 'it happened to a node the hit instances run on',
  dependency: 'it happened to something the origin calls',
};

/** Versions seen first are tested apart from all other parts, which makes less of them enough. */
const FIRST = 'never seen before, it weighed more';

/** Callers a person reads of. */
const SENDERS = 2;

/** Mechanisms that more questions than before can bring about. */
const OF_LOAD: ReadonlySet<Cause['mechanism']> = new Set(['overload', 'slow service']);

/**
 * What changed before a cause showed: a recorded event that touched its domain; traffic that rose before times did; an
 * event near it; else what the numbers themselves show of a path, a node or something outside. `null`: none found.
 */
export function stateChangeOf(evidence: Evidence, cause: Cause): StateChange | null {
  const recorded = recordedBehind(evidence, cause);
  if (recorded?.tie === 'domain') return ofEvent(recorded, neverSeen(cause));
  const rise = OF_LOAD.has(cause.mechanism) ? trafficRise(evidence, cause.edges) : null;
  if (rise !== null) {
    const senders = sendersOf(evidence, cause.edges);
    const from = senders.slice(0, SENDERS).map(({ workload }) => workload);
    const sent = from.length > 0 ? `, sent by ${from.join(' and ')}` : '';
    const what = `requests ${perSecond(rise.was)} → ${perSecond(rise.is)} a second`;
    const because = `they had risen when answers became slow, not afterwards${sent}`;
    return { kind: 'traffic', what, at: rise.at, source: 'measured', evidence: because, senders };
  }
  if (recorded !== null) return ofEvent(recorded);
  return ofNumbers(cause);
}

/** Whether a share of failures was judged of something that the baseline holds nothing of. */
function neverSeen({ located: { cube, candidate } }: Cause): boolean {
  if (cube.measure.kind !== 'share' || !candidate.tags.some(({ tag }) => tag === 'version')) return false;
  return candidate.members.every((i) => cube.leaves[i]!.before.requests === 0);
}

function ofEvent({ change, tie }: Recorded, first = false): StateChange {
  const kind = tie === 'dependency' ? 'dependency' : KIND_OF[change.kind];
  const what = tie === 'dependency' ? `${change.kind} of ${told(change)}` : told(change);
  return {
    kind,
    what,
    at: change.at,
    source: 'recorded',
    evidence: first ? `${WHY[tie]}; ${FIRST}` : WHY[tie],
  };
}

/** Without a time: the numbers show where it is, and its beginning is the onset. */
function ofNumbers(cause: Cause): StateChange | null {
  const common = { at: null, source: 'measured' } as const;
  const path = networkPath(cause);
  if (path !== null)
    return {
      ...common,
      kind: 'network path',
      what: `the network ${path}`,
      evidence: 'whoever talks across it is hit',
    };
  const node = wholeNode(cause);
  if (node !== null)
    return { ...common, kind: 'node', what: node, evidence: 'they have nothing but the node in common' };
  const { origin } = cause;
  if ('server' in origin && origin.server.namespace === '') {
    const what = `${origin.server.workload} is outside the cluster`;
    return { ...common, kind: 'dependency', what, evidence: 'what changes there is not recorded here' };
  }
  return null;
}

function perSecond(rate: number): string {
  return rate >= 10 ? Math.round(rate).toLocaleString('en-US') : rate.toFixed(1);
}
