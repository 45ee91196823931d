import type { Basis, Protocol } from '../flow.ts';
import { EMPTY, type Histogram, merge } from '../histogram.ts';
import { type Account, addAccounts } from './accounts.ts';
import type { Report } from './conversation.ts';
import type { Conversations } from './conversations.ts';
import { type Counts, NO_COUNTS } from './counts.ts';
import type { NetworkTime } from './network-time.ts';

/** What a flow says about requests, from whichever source. */
export interface Said {
  /** `null` where the payload did not tell. */
  readonly protocol: Protocol | null;
  readonly account: Account;
  readonly network: Histogram;
  /** Nothing but what the kernel counted. */
  readonly onlyTurns: boolean;
}

/** The sources of what flows say about requests, beside the turns in the records. */
export interface RequestSources {
  readonly conversations: Pick<Conversations, 'isDirty' | 'report' | 'finish' | 'cutNs'>;
  readonly network: Pick<NetworkTime, 'offer' | 'take' | 'has'>;
  /** Turns are counted at present. */
  turnsCounted(): boolean;
}

/** Nothing but turns: no payload is read, and no other end is looked for. */
export const ONLY_TURNS: RequestSources = {
  conversations: {
    isDirty: () => false,
    report: () => null,
    finish: () => null,
    cutNs: Number.POSITIVE_INFINITY,
  },
  network: { offer: () => {}, has: () => false, take: () => EMPTY },
  turnsCounted: () => true,
};

/**
 * One slice. `turns` are the increments the kernel counted: told where the conversation does not vouch for the whole slice,
 * together with what it has to add about earlier slices.
 *
 * @param known what an earlier slice said is spoken
 */
export function say(
  turns: Counts,
  report: Report | null,
  network: Histogram,
  turnsCounted: boolean,
  known: Protocol | null,
): Said {
  const protocol = report?.protocol ?? known;
  if (report?.clean === true) return { protocol, account: report.account, network, onlyTurns: false };
  const account = turnsOf(turns, turnsCounted || turns.requests > 0 ? 'turns' : 'connection');
  if (report === null || report.account.requests === 0) {
    return { protocol, account, network, onlyTurns: network === EMPTY };
  }
  return { protocol, account: addAccounts(report.account, account), network, onlyTurns: false };
}

/**
 * All slices so far. `null` while every one was told from turns: the kernel's own counters are their sum then, which saves
 * adding them up.
 *
 * @param reported what the kernel had counted in the slices `before`
 */
export function sum(before: Said | null, reported: Counts, now: Said): Said | null {
  if (before === null && now.onlyTurns) return null;
  if (before === null && reported === NO_COUNTS) return now;
  const account = before?.account ?? turnsOf(reported, 'turns');
  return {
    protocol: now.protocol,
    account: addAccounts(account, now.account),
    network: merge(before?.network ?? EMPTY, now.network),
    onlyTurns: false,
  };
}

const NO_OPERATIONS: Account['operations'] = Object.freeze([]);

export function turnsOf(counts: Counts, basis: Basis): Account {
  const { requests, failedRequests, statuses, latency, wait, service } = counts;
  return {
    basis,
    requests,
    failedRequests,
    statuses,
    untimed: 0,
    operations: NO_OPERATIONS,
    latency,
    wait,
    service,
  };
}
