import type { Flow, Owner } from '../flow.ts';
import { addPair, endOf, type Group, KEY_WORDS, keyOf, newGroup } from './brief-group.ts';
import { createPairing, isPlain } from './brief-pairing.ts';
import type { Sums } from './brief-sums.ts';
import type { Clock } from './clock.ts';
import { NO_COUNTS } from './counts.ts';
import { PROTOCOLS, peerOf, type Surroundings } from './flows.ts';
import { type Identity, type RawOwner, readIdentity } from './identity.ts';
import { record } from './layout.ts';
import type { NetworkTime } from './network-time.ts';
import { createOwners } from './owners.ts';
import { sliceOf } from './slices.ts';

/** Groups growing at the same time; connections of further ones are told one by one. About 20 KB each. */
const MAX_GROUPS = 1024;
const WORD_BYTES = 4;

export interface BriefContext extends Surroundings {
  readonly clock: Clock;
  readonly network: Pick<NetworkTime, 'count'>;
  ownerOf(raw: RawOwner): Owner;
  /** The socket was told of already, or has more to tell than its record. */
  isKnown(cookie: number): boolean;
  turnsCounted(): boolean;
}

/**
 * Takes connections that opened and ended between two looks, with both ends here, out of a batch and adds them up: a service
 * that opens a connection for each request has tens of thousands a second, all alike, and an object for each end would cost
 * what the rest of the probe does.
 */
export interface Briefs {
  /** @returns offsets of the records that are to be told one by one, in their order */
  take(view: DataView, ended: readonly number[]): readonly number[];
  /** Call once translations and drops are read: where the connections of new groups really went, and what they lost. */
  settle(): void;
  /** What was taken since the last call: for each group the flow of its clients, then that of its servers. */
  drain(lastSweep: number): Flow[];
}

/** One of the ends that stand for all of their side. */
interface Sample {
  readonly identity: Identity;
  readonly owner: Owner | null;
  readonly protocol: Flow['protocol'];
  readonly netnsName: string | null;
}

interface Told {
  readonly group: Group;
  readonly client: Sample;
  readonly server: Sample;
  /** Once it is settled. */
  nat: Flow['nat'];
}

export function createBriefs(context: BriefContext): Briefs {
  const { clock } = context;
  const pairUp = createPairing();
  const owners = createOwners(context.ownerOf);
  const keys = new Uint32Array(MAX_GROUPS * KEY_WORDS);
  const heads = new Int32Array(2 * MAX_GROUPS).fill(-1);
  const key = new Uint32Array(KEY_WORDS);
  let told: Told[] = [];
  let settled = 0;
  let pair = 0;
  let plain = new Int32Array(0);
  /** Taken since drops were looked for, and the sums of their side. */
  let fresh: { readonly cookie: number; readonly sums: Sums }[] = [];

  const find = (hash: number): number => {
    let place = hash & (heads.length - 1);
    for (; heads[place]! >= 0; place = (place + 1) & (heads.length - 1)) {
      const base = heads[place]! * KEY_WORDS;
      let i = 0;
      while (i < KEY_WORDS && keys[base + i] === key[i]) i++;
      if (i === KEY_WORDS) break;
    }
    return place;
  };

  const sampleOf = (view: DataView, base: number): Sample => {
    const identity = readIdentity(view, base);
    return {
      identity,
      owner: owners.read(view, base),
      protocol: PROTOCOLS[record.protocol(view, base)] ?? 'tcp',
      netnsName: context.netnsName(identity.netns),
    };
  };

  /** The group of a pair, a new one where it is the first; `null` when there is no room for one. */
  const groupOf = (view: DataView, words: Uint32Array, client: number, server: number): Group | null => {
    const second = Math.floor(clock.micros(endOf(words, client, server)) / 1_000_000);
    const place = find(keyOf(words, client, server, second, key));
    const known = heads[place]!;
    if (known >= 0) return told[known]!.group;
    if (told.length >= MAX_GROUPS) return null;
    heads[place] = told.length;
    keys.set(key, told.length * KEY_WORDS);
    const group = newGroup();
    told.push({
      group,
      client: sampleOf(view, client * WORD_BYTES),
      server: sampleOf(view, server * WORD_BYTES),
      nat: 'none',
    });
    return group;
  };

  return {
    take(view, ended) {
      if (ended.length < 2 || view.byteOffset % WORD_BYTES !== 0) return ended;
      const words = new Uint32Array(view.buffer, view.byteOffset, Math.floor(view.byteLength / WORD_BYTES));
      if (plain.length < ended.length) plain = new Int32Array(2 * ended.length);
      let count = 0;
      for (const base of ended) {
        const at = base / WORD_BYTES;
        if (isPlain(words, at) && !context.isKnown(record.cookie(view, base))) plain[count++] = at;
      }
      const { count: pairs, clients, servers } = pairUp(words, plain, count);
      const taken = new Set<number>();
      for (let i = 0; i < pairs; i++) {
        const [client, server] = [clients[i]!, servers[i]!];
        const group = groupOf(view, words, client, server);
        if (group === null) continue;
        addPair(group, words, client, server);
        taken.add(client).add(server);
        if (context.drops.size === 0) continue;
        fresh.push({ cookie: record.cookie(view, client * WORD_BYTES), sums: group.client });
        fresh.push({ cookie: record.cookie(view, server * WORD_BYTES), sums: group.server });
      }
      return taken.size === 0 ? ended : ended.filter((base) => !taken.has(base / WORD_BYTES));
    },
    settle() {
      for (const { cookie, sums } of fresh) sums.addDrops(context.drops.since(cookie));
      fresh = [];
      for (; settled < told.length; settled++) {
        const each = told[settled]!;
        const { identity } = each.client;
        const met = { nat: context.nat, pairs: { peer: () => each.server.identity.local } };
        each.nat = peerOf(met, identity, null).nat;
      }
    },
    drain(lastSweep) {
      if (told.length === 0) return [];
      const flows = told.flatMap((each) => flowsOf(context, each, pair++, lastSweep));
      told = [];
      settled = 0;
      heads.fill(-1);
      owners.forget();
      return flows;
    },
  };
}

function flowsOf(context: BriefContext, told: Told, pair: number, lastSweep: number): [Flow, Flow] {
  const { group, client, server, nat } = told;
  const { connections } = group;
  context.network.count(group.matched, group.negative);
  const to = context.clock.micros(group.lastEndedNs);
  const common = {
    ...sliceOf(context.clock.micros(group.firstOpenedNs), lastSweep, to),
    boot: context.boot,
    transport: 'tcp' as const,
    isn: null,
    preexisting: false,
    opened: connections,
    closed: connections,
    failure: null,
    resetBy: null,
    connectMicros: null,
    rttMicros: null,
  };
  const connect = group.connect.read();
  return [
    {
      ...common,
      ...sideOf(client),
      ...trafficOf(group.client, connections, context.turnsCounted()),
      local: { ...client.identity.local, port: 0 },
      peer: server.identity.local,
      nat,
      brief: { pair, connections, connect, rtt: group.client.rtt.read() },
      network: group.network.read(),
    },
    {
      ...common,
      ...sideOf(server),
      ...trafficOf(group.server, connections, context.turnsCounted()),
      remote: { ...server.identity.remote, port: 0 },
      peer: { ...client.identity.local, port: 0 },
      nat: server.identity.remote.ip === client.identity.local.ip ? 'none' : 'peer',
      brief: { pair, connections, connect: NO_COUNTS.latency, rtt: group.server.rtt.read() },
      network: NO_COUNTS.latency,
    },
  ];
}

function sideOf({ identity, owner, protocol, netnsName }: Sample) {
  const { netns, cookie, role, local, remote, asked } = identity;
  return { netns, cookie: String(cookie), netnsName, role, local, remote, asked, owner, protocol };
}

function trafficOf(sums: Sums, connections: number, turnsCounted: boolean) {
  const { bytesSent, bytesReceived, segmentsSent, segmentsReceived, retransmits, zeroWindows } = sums;
  const { requests } = sums;
  return {
    durationMicros: Math.round(sums.ageNs / 1000 / connections),
    bytesSent,
    bytesReceived,
    segmentsSent,
    segmentsReceived,
    retransmits,
    zeroWindows,
    drops: [...sums.drops],
    minRttMicros: sums.minRttMicros,
    basis: turnsCounted || requests > 0 ? ('turns' as const) : ('connection' as const),
    requests,
    failedRequests: 0,
    statuses: [],
    untimed: 0,
    operations: [],
    latency: sums.latency.read(),
    wait: sums.wait.read(),
    service: sums.service.read(),
  };
}

/** For those who want every connection by itself. */
export const NO_BRIEFS: Briefs = { take: (_, ended) => ended, settle: () => {}, drain: () => [] };
