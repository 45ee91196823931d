import type { Address, Flow, NatSource, Owner, Protocol } from '../flow.ts';
import { sameAddress } from './address.ts';
import type { Counts } from './counts.ts';
import type { Drops } from './drops.ts';
import type { Outcome } from './failure.ts';
import type { Identity } from './identity.ts';
import { record } from './layout.ts';
import type { NatView } from './nat.ts';
import { readTranslated } from './packet-nat.ts';
import type { Pairs } from './pairs.ts';
import type { Said } from './requests.ts';
import type { Slice } from './slices.ts';

/** `protocol` of a record to its name. */
export const PROTOCOLS: readonly Protocol[] = ['tcp', 'http', 'redis', 'tls'];
/** The kernel's value of a minimum that has no sample yet. */
const NO_RTT = 0xffff_ffff;

/** Names the things a record only has numbers for. */
export interface Surroundings {
  readonly boot: string;
  netnsName(netns: number): string | null;
  readonly nat: Pick<NatView, 'peer'>;
  readonly pairs: Pick<Pairs, 'peer'>;
  readonly drops: Pick<Drops, 'since' | 'total' | 'size'>;
}

/** What a flow says about the life of its socket, beside its counts. */
export interface Life {
  readonly opened: boolean;
  readonly closed: boolean;
  readonly outcome: Outcome;
  readonly durationMicros: number;
  readonly connectMicros: number | null;
}

export function flowOf(
  around: Surroundings,
  identity: Identity,
  owner: Owner | null,
  counts: Counts,
  said: Said,
  life: Life,
  slice: Slice,
  view: DataView,
  base: number,
): Flow {
  const rtt = record.rttMicros(view, base);
  const minRtt = record.minRttMicros(view, base);
  const { peer, nat } = peerOf(around, identity, readTranslated(view, base));
  const { account } = said;
  return {
    boot: around.boot,
    netns: identity.netns,
    cookie: String(identity.cookie),
    netnsName: around.netnsName(identity.netns),
    role: identity.role,
    transport: 'tcp',
    protocol: said.protocol ?? PROTOCOLS[record.protocol(view, base)] ?? 'tcp',
    local: identity.local,
    remote: identity.remote,
    asked: identity.asked,
    peer,
    nat,
    isn: identity.isn,
    owner,
    from: slice.from,
    to: slice.to,
    preexisting: identity.preexisting,
    opened: life.opened ? 1 : 0,
    closed: life.closed ? 1 : 0,
    failure: life.outcome.failure,
    resetBy: life.outcome.resetBy,
    connectMicros: life.connectMicros,
    durationMicros: life.durationMicros,
    bytesSent: counts.bytesSent,
    bytesReceived: counts.bytesReceived,
    segmentsSent: counts.segmentsSent,
    segmentsReceived: counts.segmentsReceived,
    retransmits: counts.retransmits,
    zeroWindows: counts.zeroWindows,
    drops: around.drops.since(identity.cookie),
    rttMicros: rtt === 0 ? null : rtt,
    minRttMicros: minRtt === NO_RTT || rtt === 0 ? null : minRtt,
    basis: account.basis,
    requests: account.requests,
    failedRequests: account.failedRequests,
    statuses: account.statuses,
    untimed: account.untimed,
    operations: account.operations,
    latency: account.latency,
    wait: account.wait,
    service: account.service,
    network: said.network,
  };
}

/**
 * The other end behind any translation. The end itself knows best, where it is seen; the source named is the one that
 * told the two addresses apart.
 *
 * @param packet what was read off the first packet; `null` where nothing translated it
 */
export function peerOf(
  around: Pick<Surroundings, 'nat' | 'pairs'>,
  identity: Identity,
  packet: Address | null,
): { peer: Address; nat: NatSource } {
  const { role, local, remote, asked, isn } = identity;
  const further = packet === null ? null : (around.nat.peer(role, local, packet) ?? packet);
  const translated = around.nat.peer(role, local, remote) ?? further;
  const met = isn === null ? null : around.pairs.peer(isn, role);
  const peer = met ?? translated ?? remote;
  if (packet !== null) return { peer, nat: 'packet' };
  if (translated !== null && !sameAddress(translated, remote)) return { peer, nat: 'conntrack' };
  if (asked !== null && !sameAddress(asked, remote)) return { peer, nat: 'connect' };
  return { peer, nat: sameAddress(peer, remote) ? 'none' : 'peer' };
}
