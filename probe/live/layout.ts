/**
 * Byte offsets of `struct record` and `struct counters` (`bpf/record.h`, `bpf/maps.h`), in host byte order. 64-bit values
 * are read as two halves: a BigInt for each would cost more than everything else done with a record.
 */
const LITTLE_ENDIAN = true;

export const IDENTITY_SIZE = 128;
export const RECORD_SIZE = 376;
/** What the end of a connection carries over the ring: the record without what is private to the kernel. */
export const ENDED_SIZE = 272;

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

/** Readers of one field each: `record.cookie(view, base)`. */
export const record = {
  cookie: at64(0),
  openedNs: at64(8),
  establishedNs: at64(16),
  cgroupId: at64(24),
  localPort: at16(80),
  remotePort: at16(82),
  askedPort: at16(84),
  error: at16(86),
  netns: at32(88),
  isnLocal: at32(92),
  isnRemote: at32(96),
  pid: at32(100),
  uid: at32(104),
  event: at8(108),
  role: at8(109),
  ready: at8(110),
  preexisting: at8(111),
  endedNs: at64(128),
  bytesSent: at64(136),
  bytesReceived: at64(144),
  segmentsSent: at32(152),
  segmentsReceived: at32(156),
  retransmits: at32(160),
  rttMicros: at32(164),
  minRttMicros: at32(168),
  requests: at32(172),
  failed: at32(176),
  samples: at32(180),
  samplesLost: at32(184),
  firstLatency: at32(188),
  firstWait: at32(192),
  firstService: at32(196),
  status: (view: DataView, base: number, slot: number) =>
    view.getUint16(base + 200 + 2 * slot, LITTLE_ENDIAN),
  statusCount: (view: DataView, base: number, slot: number) =>
    view.getUint32(base + 208 + 4 * slot, LITTLE_ENDIAN),
  protocol: at8(228),
  owned: at8(229),
  hasAsked: at8(230),
  resetBy: at8(231),
  lastState: at8(232),
  delivery: at8(233),
  hasTranslated: at8(234),
  tap: at8(235),
  translatedPort: at16(236),
  zeroWindows: at32(256),
  firstOffset: at32(260),
  chunks: at32(264),
  /* Behind what an end carries: of live records only. */
  turnNs: at64(280),
} as const;

/** Offsets of 16-byte addresses (IPv4 as `::ffff:a.b.c.d`) and of the process name. */
export const LOCAL = 32;
export const REMOTE = 48;
export const ASKED = 64;
export const TRANSLATED = 240;
export const COMM = 112;
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
