/**
 * Byte offsets of `struct record` and `struct counters` (`bpf/record.h`, `bpf/maps.h`), in host byte order. 64-bit values
 * are read as two halves: a BigInt for each would cost more than everything else done with a record.
 */
const LITTLE_ENDIAN = true;

export const IDENTITY_SIZE = 192;
export const RECORD_SIZE = 384;
/** What the end of a connection carries over the ring: the record without what is private to the kernel. */
export const ENDED_SIZE = 304;

export const ENDED_NS = 192;

export const EVENT_OPEN = 1;
export const ROLE_SERVER = 2;
export const NOT_ENDED = 0;
export const DELIVERED_BY_RING = 1;
export const DELIVERY_BY_SWEEP = 2;
export const RESET_BY_SELF = 1;
export const RESET_BY_PEER = 2;
export const STATUSES = 4;
export const TAP_OFF = 2;

/** Readers of a field: the view of a buffer, and where its structure begins in it. */
export const at8 = (offset: number) => (view: DataView, base: number) => view.getUint8(base + offset);
export const at16 = (offset: number) => (view: DataView, base: number) =>
  view.getUint16(base + offset, LITTLE_ENDIAN);
export const at32 = (offset: number) => (view: DataView, base: number) =>
  view.getUint32(base + offset, LITTLE_ENDIAN);
/** Exact below 2^53: cookies, inode numbers, byte counts and nanoseconds since boot stay there. */
export const at64 = (offset: number) => (view: DataView, base: number) =>
  view.getUint32(base + offset + 4, LITTLE_ENDIAN) * 2 ** 32 + view.getUint32(base + offset, LITTLE_ENDIAN);

/** Offset of the field that says who tells the end of a connection. */
export const DELIVERY = 144;

/** Readers of one field each: `record.cookie(view, base)`. */
export const record = {
  cookie: at64(0),
  openedNs: at64(8),
  cgroupId: at64(16),
  localPort: at16(72),
  remotePort: at16(74),
  askedPort: at16(76),
  error: at16(78),
  netns: at32(80),
  pid: at32(84),
  uid: at32(88),
  event: at8(108),
  lastState: at8(109),
  hasTranslated: at8(110),
  tap: at8(111),
  translatedPort: at16(112),
  firstOffset: at32(120),
  chunks: at32(124),
  establishedNs: at64(128),
  isnLocal: at32(136),
  isnRemote: at32(140),
  delivery: at8(DELIVERY),
  role: at8(145),
  ready: at8(146),
  preexisting: at8(147),
  protocol: at8(148),
  owned: at8(149),
  hasAsked: at8(150),
  resetBy: at8(151),
  closed: at8(152),
  turnNs: at64(160),
  requests: at32(184),
  failed: at32(188),
  endedNs: at64(ENDED_NS),
  bytesSent: at64(200),
  bytesReceived: at64(208),
  segmentsSent: at32(216),
  segmentsReceived: at32(220),
  retransmits: at32(224),
  rttMicros: at32(228),
  minRttMicros: at32(232),
  samples: at32(236),
  samplesLost: at32(240),
  firstLatency: at32(244),
  firstWait: at32(248),
  firstService: at32(252),
  zeroWindows: at32(300),
  statusCount: (view: DataView, base: number, slot: number) =>
    view.getUint32(base + 256 + 4 * slot, LITTLE_ENDIAN),
  status: (view: DataView, base: number, slot: number) =>
    view.getUint16(base + 272 + 2 * slot, LITTLE_ENDIAN),
  witnessedNs: at64(376),
} as const;

/** Offsets of 16-byte addresses (IPv4 as `::ffff:a.b.c.d`) and of the process name. */
export const LOCAL = 24;
export const REMOTE = 40;
export const ASKED = 56;
export const TRANSLATED = 280;
export const COMM = 92;
export const COMM_SIZE = 16;

/** Order of the `u64` fields of `struct counters`. */
export const COUNTERS = [
  'sockets',
  'mapFull',
  'ringRecords',
  'ringFull',
  'samplesLost',
  'adopted',
  'chunks',
  'chunksLost',
  'chunksCut',
  'clearUntied',
  'turnsTold',
  'turnsLost',
  'turnsWithheld',
] as const;
export type KernelCounters = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** Sums a per-CPU value: one `struct counters` for each CPU. */
export function readCounters(value: Uint8Array): KernelCounters {
  return sumCounters(COUNTERS, value);
}

/** Sums a per-CPU structure of nothing but `u64` fields, here in their order. */
export function sumCounters<Name extends string>(
  names: readonly Name[],
  value: Uint8Array,
): Readonly<Record<Name, number>> {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const sums = names.map((_, field) => {
    let sum = 0;
    for (let base = 0; base + names.length * 8 <= value.byteLength; base += names.length * 8) {
      sum += at64(field * 8)(view, base);
    }
    return sum;
  });
  return Object.fromEntries(names.map((name, field) => [name, sums[field]!])) as Record<Name, number>;
}
