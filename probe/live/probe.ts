import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { releaseKernelBtf } from '../bpf-ringbuf-napi/index.js';
import type { Feature, Flow, Gauge, PacketDrops, ProbeCounters } from '../flow.ts';
import { DIALECTS } from '../protocols/index.ts';
import { createBriefs, NO_BRIEFS } from './briefs.ts';
import { dropCapabilities, neededCapabilities } from './capabilities.ts';
import { cgroupFiles, createCgroups } from './cgroups.ts';
import { createClock } from './clock.ts';
import { startCollector } from './collector.ts';
import { followConntrack } from './conntrack.ts';
import { followDatagrams, followDrops } from './datagrams-start.ts';
import {
  namespaceFeature,
  ownerFeature,
  PAYLOAD_FEATURE,
  payloadFeature,
  SAMPLES_FEATURE,
  samplesFeature,
  TRANSLATION,
  translationFeature,
} from './features.ts';
import { followGauges } from './gauges/gauges.ts';
import { type Budget, createGovernor, DEFAULT_BUDGET } from './governor.ts';
import { followLoad } from './governor-loop.ts';
import { createMeter } from './governor-meter.ts';
import type { RawOwner } from './identity.ts';
import { readCounters } from './layout.ts';
import { meetOne } from './meet-one.ts';
import { followNamespaces } from './namespaces.ts';
import { createNatView } from './nat.ts';
import { SHARE } from './network-time.ts';
import { PACKET_TRANSLATION, readsPackets, toldByTracking } from './packet-translation.ts';
import { createPairs } from './pairs.ts';
import { createParsing } from './parsing.ts';
import { obstacles } from './preconditions.ts';
import { PROBE_PRIORITY, raisePriority } from './priority.ts';
import { SEE_HELD } from './program-table.ts';
import { type LoadedPrograms, withPrograms } from './programs.ts';
import { findListeners, namespacesOfProcesses, scanExisting } from './scan.ts';
import { openSocketTable, tableSize } from './socket-table.ts';
import type { ClearText, ClearTextOptions } from './tls/clear-text.ts';
import { noClearText } from './tls/feature.ts';
import { createTracker } from './tracker.ts';
import { createUnseenEnds, whereabouts } from './unseen-ends.ts';
import { watch } from './watched.ts';

export interface ProbeOptions {
  /** Globs over the names in /run/netns: only their sockets are kept. Without it, those of all namespaces. */
  readonly netns?: readonly string[];
  /**
   * Increments: what each socket did since its last flow. Called often, with few or many. Without `onEnded`, connections that
   * opened and ended within a moment are told together (`Flow.brief`).
   */
  readonly onFlows: (flows: readonly Flow[]) => void;
  /** One flow for each ended connection with the totals of its whole life, `from` the time it was opened. */
  readonly onEnded?: (flows: readonly Flow[]) => void;
  /** What fills up in the watched namespaces, every ten seconds; not read where nobody asks. */
  readonly onGauges?: (gauges: readonly Gauge[]) => void;
  /** A turn of the loop failed (also in a callback above) and was given up; the probe goes on. */
  readonly onError?: (error: unknown) => void;
  /**
   * Size of the kernel's ring, a power of two of at least 4096. Default 4 MiB: 13,000 ended connections; what does
   * not fit waits in the table for the next sweep, and mapped twice it is resident memory.
   */
  readonly ringBytes?: number;
  /** Sockets tracked at the same time, rounded up to a power of two. Default 65,536, about 27 MB of kernel memory. */
  readonly maxSockets?: number;
  /** Conversations over UDP counted at the same time. Default 32,768, about 6 MB of kernel memory. */
  readonly maxConversations?: number;
  /** Names of features to leave out, as `Probe.features` has them: each costs the watched processes a little. */
  readonly without?: readonly string[];
  /** Gives up every capability that is not needed any more, in all threads of the process, for good. Default false. */
  readonly dropCapabilities?: boolean;
  /** Further capabilities that the rest of the process needs, as `CAP_…`. */
  readonly keepCapabilities?: readonly string[];
  /** Read the payload of known protocols, to tell requests by what they ask for. Default true. */
  readonly parse?: boolean;
  /**
   * Read translations in a socket's own namespace off its first packet, at the cost of a program run for every packet of the
   * machine. By default only where connection tracking cannot be read.
   */
  readonly packetTranslation?: boolean;
  /** What the probe may use of the machine before it looks at less; parts left out have their defaults. */
  readonly budget?: Partial<Budget>;
  /** Size of the kernel's ring for payload, a power of two of at least 4096. Default 2 MiB. */
  readonly payloadBytes?: number;
  /**
   * Scheduling priority of the calling thread while the probe runs, as nice(2); children started meanwhile inherit it. Default
   * -10, so that a machine without a free processor does not lose connections; 0 leaves it alone. Only where permitted.
   */
  readonly priority?: number;
  /** Whose clear text of TLS is read. Without it nobody's: only their connections and turn times are there. */
  readonly tls?: ClearTextOptions;
  readonly objectFile?: string;
}

export interface Probe {
  /** As they are at present. */
  readonly features: readonly Feature[];
  counters(): ProbeCounters;
  /** Packets dropped in the watched namespaces since the probe started, the most frequent first. */
  drops(): readonly PacketDrops[];
  /** Detaches, reports what is left, and frees everything. Idempotent. */
  stop(): Promise<void>;
}

/** Where `npm run build:probe` puts the kernel programs. */
export const OBJECT_FILE = fileURLToPath(new URL('../build/faultline.bpf.o', import.meta.url));

const DEFAULT_RING_BYTES = 4 << 20;
const DEFAULT_MAX_SOCKETS = 65_536;
const DEFAULT_MAX_CONVERSATIONS = 32_768;
/** Connections with a table of latencies at the same time, at each of the two ends: 100 MB when all are in use. */
export const MAX_HISTOGRAMS = 16_384;
/** Servers of which it is remembered whether their payload is parsed. */
export const MAX_PARSED = 16_384;
/** A twentieth of a second of 20,000 requests a second with both ends here. */
const DEFAULT_PAYLOAD_BYTES = 2 << 20;
/** Name of the table of the machine's own namespace; no file can have it. */
const OWN_TABLE = '/';

/**
 * Attaches to the kernel and reports every TCP connection until it is stopped. Resolves when every program is attached
 * and every snapshot is read.
 *
 * @throws FaultlineError `FL-101` privileges, `FL-102` kernel, `FL-103` addon, `FL-104` to `FL-106` kernel programs
 */
export async function startProbe(options: ProbeOptions): Promise<Probe> {
  const obstacle = obstacles()[0];
  if (obstacle !== undefined) throw obstacle;

  const patterns = options.netns ?? [];
  const filtering = patterns.length > 0;
  const packets = readsPackets(options.packetTranslation, options.without ?? []);
  const wanted = {
    objectFile: options.objectFile ?? OBJECT_FILE,
    without: [...(options.without ?? []), ...(packets ? [] : [PACKET_TRANSLATION])],
    filtering,
    ringBytes: options.ringBytes ?? DEFAULT_RING_BYTES,
    maxSockets: options.maxSockets ?? DEFAULT_MAX_SOCKETS,
    maxHistograms: MAX_HISTOGRAMS,
    maxConversations: options.maxConversations ?? DEFAULT_MAX_CONVERSATIONS,
    payloadBytes: obstacleToPayload(options) === null ? (options.payloadBytes ?? DEFAULT_PAYLOAD_BYTES) : 0,
    sampleShift: samples(options) ? Math.log2(SHARE) : NO_SAMPLES,
    maxParsed: MAX_PARSED,
    clearText: options.tls !== undefined && obstacleToPayload(options) === null,
  };
  try {
    return await withPrograms(wanted, (programs) => run(programs, options, patterns));
  } finally {
    releaseKernelBtf();
  }
}

async function run(
  programs: LoadedPrograms,
  options: ProbeOptions,
  patterns: readonly string[],
): Promise<Probe> {
  const { object } = programs;
  const noPayload = obstacleToPayload(options);
  const filtering = patterns.length > 0;
  const clock = createClock();
  const nat = { tcp: createNatView(), udp: createNatView() };
  const pairs = createPairs();
  const conntrack = followConntrack(nat);
  const cgroups = createCgroups(cgroupFiles());
  const watched = watch(object.map('watched'), object.map('watched_hints'));
  const onError = options.onError ?? (() => {});
  const refusedTables = new Map<string, string>();

  const translates = !(options.without ?? []).includes(TRANSLATION);
  const openTable = (name: string, netns?: string) => {
    if (!translates) return;
    try {
      conntrack.open(name, netns);
    } catch (error) {
      refusedTables.set(name, (error as Error).message);
    }
  };
  const namespaces = followNamespaces(patterns, {
    joined({ name, inum, path }) {
      if (filtering) watched.add(inum);
      openTable(name, path);
    },
    left({ name, inum }) {
      if (filtering) watched.remove(inum);
      conntrack.close(name);
      refusedTables.delete(name);
    },
  });
  const namedPaths = () => new Map(namespaces.matching.map(({ inum, path }) => [inum, path]));
  const clearText = await startClearText(programs, options.tls);
  const clearTextFeatures = () =>
    options.tls === undefined
      ? []
      : [clearText?.feature() ?? noClearText(noPayload ?? programs.noClearText!)];
  const closeAll = () => {
    clearText?.close();
    namespaces.close();
    conntrack.closeAll();
  };

  try {
    if (!filtering) openTable(OWN_TABLE);
    findListeners(programs);
    programs.attach();
    clearText?.follow(clock.now());
    const named = namedPaths();
    scanExisting(programs, filtering ? named : new Map([...namespacesOfProcesses(), ...named]));
    await readSnapshots(conntrack, clock.now);
  } catch (error) {
    closeAll();
    throw error;
  }

  const maxSockets = options.maxSockets ?? DEFAULT_MAX_SOCKETS;
  const sockets = openSocketTable(object.map('rows').memory(), object.map('sockets'), tableSize(maxSockets));
  const parsing = createParsing({
    matching: samples(options),
    dialects: DIALECTS,
    maxSockets,
    verdicts: object.map('parsed'),
    pairs,
    find: (cookie, openedNs) => tracker.find(cookie, openedNs),
    meet: (cookie) => meetOne(sockets, tracker, cookie),
    onError,
  });
  const { conversations, network } = parsing;
  const countsTurns = programs.isOn('receive_done');
  const meter = createMeter();
  const governor = createGovernor(
    { ...DEFAULT_BUDGET, ...options.budget },
    noPayload === null ? 'payload' : 'turns',
  );
  const drops = followDrops(object, namespaces.nameOf);
  const around = {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    netnsName: namespaces.nameOf,
    clock,
    drops,
    ownerOf: ({ pid, process, uid, cgroupId }: RawOwner) => ({
      pid,
      process,
      uid,
      cgroupId: String(cgroupId),
      cgroup: cgroups.path(cgroupId, pid, clock.now()),
    }),
  };
  const turnsCounted = () => countsTurns && governor.level !== 'connections';
  const tracker = createTracker({
    ...around,
    nat: nat.tcp,
    pairs,
    latencies: { client: object.map('latencies'), server: object.map('server_latencies') },
    requests: { conversations, network, turnsCounted },
  });
  const context = { ...around, nat: nat.tcp, pairs, network, turnsCounted, isKnown: tracker.has };
  const briefs = options.onEnded === undefined ? createBriefs(context) : NO_BRIEFS;
  const datagrams = followDatagrams(object, {
    ...around,
    nat: nat.udp,
    readsNames: () => noPayload === null && governor.level === 'payload',
  });
  const kernelCounters = () =>
    readCounters(object.map('counters').lookup(new Uint8Array(4)) ?? new Uint8Array());
  const load = followLoad({
    governor,
    meter,
    kernelCounters,
    conversations,
    control: object.map('control'),
    readPayload: programs.readPayload,
  });
  const gauges =
    options.onGauges === undefined
      ? null
      : followGauges({ ...around, programs, namespaces, filtering, onGauges: options.onGauges });
  const collector = startCollector({
    ring: object.ring('ring'),
    ringBytes: options.ringBytes ?? DEFAULT_RING_BYTES,
    onPressure: load.press,
    glance: load.glance,
    payloads: noPayload === null ? object.ring('payloads') : null,
    conversations,
    meter,
    sockets,
    tracker,
    briefs,
    datagrams,
    clock,
    unseenEnds: programs.isOn(SEE_HELD) ? createUnseenEnds(whereabouts(programs, namedPaths)) : null,
    onSample: ({ cookie, role, isn, offset, begunNs, answeredNs }) => {
      if (pairs.peer(isn, role) !== null) network.offer(role, { isn, offset }, cookie, answeredNs - begunNs);
    },
    drainOthers() {
      conntrack.drain(clock.now());
      drops.refresh(clock.now());
    },
    maintain(now) {
      namespaces.rescan();
      clearText?.follow(now);
      nat.tcp.expire(now);
      nat.udp.expire(now);
      drops.expire(now);
      pairs.expire(now);
      parsing.expire(now);
      load.look();
      gauges?.look(now);
    },
    onFlows: options.onFlows,
    onEnded: options.onEnded,
    onError,
  });

  const counters = (): ProbeCounters => {
    const {
      sockets,
      ringRecords,
      ringFull,
      mapFull,
      samplesLost,
      chunks,
      chunksLost,
      chunksCut,
      clearUntied,
    } = kernelCounters();
    const { seen, parsed, doubtful, unrecognised, folded } = conversations.counters;
    const { made, matched, lonely, negative } = network.counters;
    return {
      sockets,
      ringRecords,
      ringFull,
      ringRecovered: collector.recovered,
      endsUnseen: collector.unseen,
      mapFull,
      latenciesLost: samplesLost,
      level: governor.level,
      levelSeconds: governor.seconds,
      chunks: { made: chunks, seen, lost: chunksLost, cut: chunksCut },
      conversations: { parsed, doubtful, unrecognised, folded },
      clearUntied,
      network: { made, matched, lonely, negative },
      conntrackOverflows: conntrack.overflows,
      ...datagrams.counters(),
      lost: mapFull,
    };
  };

  const needed = neededCapabilities({
    followsTranslation: translates,
    attachesLater: clearText !== null,
    readsGauges: gauges !== null,
    others: options.keepCapabilities ?? [],
  });
  const restorePriority = raisePriority(options.priority ?? PROBE_PRIORITY);
  const privileges = options.dropCapabilities ? [dropCapabilities(needed)] : [];
  let stopped: Promise<void> | null = null;
  let last: ProbeCounters | null = null;
  let lastDrops: readonly PacketDrops[] | null = null;
  return {
    get features() {
      return [
        ...(translates ? programs.features().map(toldByTracking) : programs.features()),
        payloadFeature(noPayload, governor.level, governor.reason),
        samplesFeature(samples(options)),
        translationFeature(translates ? conntrack.size : null, refusedTables),
        ownerFeature(),
        ...(filtering ? [namespaceFeature(patterns, namespaces.matching.length)] : []),
        ...clearTextFeatures(),
        ...privileges,
      ];
    },
    counters: () => last ?? counters(),
    drops: () => lastDrops ?? drops.table(),
    stop() {
      stopped ??= (async () => {
        programs.detach();
        await collector.stop();
        restorePriority();
        last = counters();
        lastDrops = drops.table();
        closeAll();
        object.close();
      })();
      return stopped;
    },
  };
}

/** The rarest there is: one request in two thousand million. */
const NO_SAMPLES = 31;

function samples({ without = [] }: ProbeOptions): boolean {
  return !without.includes(SAMPLES_FEATURE);
}

/** Why no payload is to be read, `null` when it is. */
function obstacleToPayload({ parse = true, without = [] }: ProbeOptions): string | null {
  return parse && !without.includes(PAYLOAD_FEATURE) ? null : 'it was switched off';
}

/** Loaded when asked for: it brings a disassembler. */
async function startClearText(
  { object, noClearText }: LoadedPrograms,
  options: ClearTextOptions | undefined,
): Promise<ClearText | null> {
  if (options === undefined || noClearText !== null) return null;
  const { followClearText } = await import('./tls/clear-text.ts');
  return followClearText(object, options);
}

/** A dump of 30,000 entries takes 0.1 s; a table that never ends is not waited for. */
const SNAPSHOT_MILLIS = 5_000;

async function readSnapshots(
  conntrack: ReturnType<typeof followConntrack>,
  now: () => number,
): Promise<void> {
  const deadline = performance.now() + SNAPSHOT_MILLIS;
  for (;;) {
    conntrack.drain(now());
    if (conntrack.complete || performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
