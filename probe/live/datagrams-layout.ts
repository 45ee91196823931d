import { at8, at16, at32, at64 } from './layout.ts';

/* Byte offsets of the structures of `bpf/udp.h` and `bpf/dns.h`, in host byte order. */

/** `struct conversation_key`: the key of the map `conversations`. */
export const KEY_SIZE = 32;
export const KEY_REMOTE = 8;
export const key = { cookie: at64(0), remotePort: at16(24) } as const;

/** `struct conversation`: its value. */
export const CONVERSATION_SIZE = 104;
export const CONVERSATION_LOCAL = 40;
export const CONVERSATION_COMM = 80;
export const conversation = {
  firstNs: at64(0),
  lastNs: at64(8),
  bytesSent: at64(16),
  bytesReceived: at64(24),
  cgroupId: at64(32),
  datagramsSent: at32(56),
  datagramsReceived: at32(60),
  refused: at32(64),
  netns: at32(68),
  pid: at32(72),
  uid: at32(76),
  localPort: at16(96),
  role: at8(98),
} as const;

/** `struct datagram`: a record of the ring `datagrams`, then `captured` bytes of payload. */
export const DATAGRAM_SIZE = 40;
export const DATAGRAM_REMOTE = 16;
export const DATAGRAM_SENT = 1;
export const DATAGRAM_RECEIVED = 2;
export const SOCKET_CLOSED = 3;
export const datagram = {
  cookie: at64(0),
  timeNs: at64(8),
  remotePort: at16(32),
  captured: at16(34),
  event: at8(36),
  role: at8(37),
} as const;

/** Order of the `u64` fields of `struct datagram_counters`. */
export const DATAGRAM_COUNTERS = [
  'datagrams',
  'unplaced',
  'unplacedBytes',
  'conversations',
  'payloads',
  'payloadsLost',
  'closesLost',
  'drops',
  'dropsUnplaced',
  'socketDrops',
  'socketDropsUnplaced',
] as const;
