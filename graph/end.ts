import type { Endpoint, NamedFlow } from '../enrich/index.ts';
import type { Address, Flow, Role } from '../probe/index.ts';

/**
 * What a seen end supplies to the one count of its connection. `all`: everything that must be counted once, and what
 * only this end knows. `own`: only the latter, because the other end supplies the rest. `undecided`: not known yet
 * whether the other end will be seen; its slices wait. The decision stands for the life of the connection: one that was counted from one
 * end alone takes from a late peer only what that peer alone knows, or its requests would count twice.
 */
export type Supplies = 'undecided' | 'all' | 'own';

export interface Addresses {
  readonly local: Address;
  /** The other end behind any NAT, as far as this end knows. */
  readonly peer: Address;
}

/** One socket the assembly knows: the state that outlives a slice. */
export interface End {
  readonly key: string;
  /** Boot id and network namespace. */
  readonly place: string;
  readonly role: Role;
  isn: Flow['isn'];
  peer: End | null;
  supplies: Supplies;
  /** Slices that wait for the decision, and since when (clock of the assembly). */
  waiting: NamedFlow[];
  readonly since: number;
  lastSeen: number;
  /** As of the newest slice. */
  addresses: Addresses;
  local: Endpoint;
  remote: Endpoint;
  over: boolean;
  resetCounted: boolean;
  /** Windows of the last round trip sample, and of the last count in coverage. */
  sampledWindow: number;
  countedWindow: number;
  /** Under which keys it can be met by the other end. */
  meets: readonly string[];
}

export function newEnd({ flow, local, remote }: NamedFlow, since: number): End {
  return {
    key: socketKey(flow),
    place: `${flow.boot}/${flow.netns}`,
    role: flow.role,
    isn: flow.isn,
    peer: null,
    supplies: 'undecided',
    waiting: [],
    since,
    lastSeen: since,
    addresses: addressesOf(flow),
    local,
    remote,
    over: false,
    resetCounted: false,
    sampledWindow: -1,
    countedWindow: -1,
    meets: [],
  };
}

export function addressesOf({ local, peer }: Flow): Addresses {
  return { local, peer };
}

export function socketKey({ boot, netns, cookie }: Flow): string {
  return `${boot}/${netns}/${cookie}`;
}

/** A client that never got through: there is no other end to wait for. */
export function failedToOpen({ role, failure, opened, isn, preexisting }: Flow): boolean {
  return role === 'client' && failure !== null && opened === 0 && isn === null && !preexisting;
}

/** The same socket with another connection: one whose first connect failed, or that was disconnected and used again. */
export function isNewConnection(end: End, { isn, opened }: Flow): boolean {
  if (end.isn !== null && isn !== null) return !sameIsn(end.isn, isn);
  return end.over && opened > 0;
}

export function sameIsn(a: NonNullable<Flow['isn']>, b: NonNullable<Flow['isn']>): boolean {
  return a.client === b.client && a.server === b.server;
}

/**
 * Keys under which the other end of the same connection is found: the pair of initial sequence numbers, which no NAT
 * changes, and the addresses behind any NAT, for connections that are older than a probe and whose numbers it never saw.
 */
export function meetingKeys({ role, isn, addresses: { local, peer }, place }: End): readonly string[] {
  const [client, server] = role === 'client' ? [local, peer] : [peer, local];
  // Every network namespace has its own 127.0.0.1.
  const tuple = `${text(client)}>${text(server)}${isLoopback(server) ? `@${place}` : ''}`;
  return isn === null ? [tuple] : [`${isn.client}:${isn.server}`, tuple];
}

/** Whether two ends may be those of one connection; the numbers decide where both are known. */
export function mayBePeers(a: End, b: End): boolean {
  if (a.role === b.role || a.peer !== null || b.peer !== null) return false;
  return a.isn === null || b.isn === null || sameIsn(a.isn, b.isn);
}

/** How many halves of the two 4-tuples agree: both without NAT, one behind one translation, none behind two. */
export function agreeingHalves(a: Addresses, b: Addresses): number {
  return Number(text(a.local) === text(b.peer)) + Number(text(b.local) === text(a.peer));
}

function isLoopback({ ip }: Address): boolean {
  return ip === '::1' || ip.startsWith('127.');
}

function text({ ip, port }: Address): string {
  return `${ip} ${port}`;
}
