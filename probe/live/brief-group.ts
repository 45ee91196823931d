import { growing, Sums } from './brief-sums.ts';
import { byte, COMM_WORDS, long, WORD } from './brief-words.ts';

/** Connections that are told together: the same second, processes, addresses and port of the server. */
export interface Group {
  connections: number;
  /** Nanoseconds since boot. */
  firstOpenedNs: number;
  lastEndedNs: number;
  readonly client: Sums;
  readonly server: Sums;
  readonly connect: ReturnType<typeof growing>;
  readonly network: ReturnType<typeof growing>;
  /** Matched requests, and those of them whose times did not add up. */
  matched: number;
  negative: number;
}

export function newGroup(): Group {
  return {
    connections: 0,
    firstOpenedNs: Number.POSITIVE_INFINITY,
    lastEndedNs: 0,
    client: new Sums(false),
    server: new Sums(true),
    connect: growing(),
    network: growing(),
    matched: 0,
    negative: 0,
  };
}

export function addPair(group: Group, words: Uint32Array, client: number, server: number): void {
  group.connections++;
  const opened = long(words, client + WORD.opened);
  group.firstOpenedNs = Math.min(group.firstOpenedNs, opened);
  group.lastEndedNs = Math.max(group.lastEndedNs, endOf(words, client, server));
  group.client.add(words, client);
  group.server.add(words, server);
  group.connect.add(Math.round((long(words, client + WORD.established) - opened) / 1000));
  if (
    words[client + WORD.samples] !== 1 ||
    words[server + WORD.samples] !== 1 ||
    words[client + WORD.firstOffset] !== words[server + WORD.firstOffset]
  )
    return;
  const micros = words[client + WORD.latency]! - words[server + WORD.latency]!;
  group.network.add(micros);
  group.matched++;
  if (micros < 0) group.negative++;
}

/** When the later of the two ends was over; nanoseconds since boot. */
export function endOf(words: Uint32Array, client: number, server: number): number {
  return Math.max(long(words, client + WORD.ended), long(words, server + WORD.ended));
}

/** Words that must agree: cgroup, addresses, namespace, process and its name; of the client also what it asked for. */
const CLIENT_WORDS = [
  ...range(WORD.cgroup, WORD.ports),
  WORD.askedPort,
  WORD.netns,
  WORD.pid,
  WORD.uid,
  ...range(WORD.comm, WORD.comm + COMM_WORDS),
] as const;
const SERVER_WORDS = [
  ...range(WORD.cgroup, WORD.asked),
  WORD.netns,
  WORD.pid,
  WORD.uid,
  ...range(WORD.comm, WORD.comm + COMM_WORDS),
] as const;
const PORTS = 0;
const SPOKEN = 1;
const SECOND = 2;
const FIRST_WORD = 3;

export const KEY_WORDS = FIRST_WORD + CLIENT_WORDS.length + SERVER_WORDS.length;

/** Writes what tells the group of a pair from others, `KEY_WORDS` numbers. Returns a hash of them. */
export function keyOf(
  words: Uint32Array,
  client: number,
  server: number,
  second: number,
  key: Uint32Array,
): number {
  /* The ports of the server as both ends have them: the client's own is another one for each connection. */
  key[PORTS] = (words[client + WORD.ports]! & 0xffff_0000) | (words[server + WORD.ports]! & 0xffff);
  key[SPOKEN] = byte(words[client + WORD.spoken]!, 0) | (byte(words[server + WORD.spoken]!, 0) << 8);
  key[SECOND] = second;
  for (let i = 0; i < CLIENT_WORDS.length; i++) key[FIRST_WORD + i] = words[client + CLIENT_WORDS[i]!]!;
  const behind = FIRST_WORD + CLIENT_WORDS.length;
  for (let i = 0; i < SERVER_WORDS.length; i++) key[behind + i] = words[server + SERVER_WORDS[i]!]!;
  let hash = 0;
  for (let i = 0; i < KEY_WORDS; i++) hash = Math.imul(hash ^ key[i]!, 0x85eb_ca6b) ^ (hash >>> 15);
  return hash ^ (hash >>> 13);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
