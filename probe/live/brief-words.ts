/**
 * Places in the record of an ended connection (`bpf/record.h`) as numbers of 32-bit words, for those who look at very many
 * records: the same bytes as in `layout.ts`, read without a view.
 */
export const WORD = {
  cookie: 0,
  opened: 2,
  cgroup: 4,
  local: 6,
  remote: 10,
  asked: 14,
  /** The local one in the lower half. */
  ports: 18,
  /** The port asked for in the lower half, the error in the upper. */
  askedPort: 19,
  netns: 20,
  pid: 21,
  uid: 22,
  comm: 23,
  /** Event, last state, has translated, tap: a byte each, the first in the lowest. */
  fate: 27,
  firstOffset: 30,
  chunks: 31,
  established: 32,
  isnLocal: 34,
  isnRemote: 35,
  /** Delivery, role, ready, preexisting. */
  kind: 36,
  /** Protocol, owned, has asked, reset by. */
  spoken: 37,
  requests: 46,
  failed: 47,
  ended: 48,
  bytesSent: 50,
  bytesReceived: 52,
  segmentsSent: 54,
  segmentsReceived: 55,
  retransmits: 56,
  rtt: 57,
  minRtt: 58,
  samples: 59,
  samplesLost: 60,
  latency: 61,
  wait: 62,
  service: 63,
  zeroWindows: 75,
} as const;

/** Words of the name of a process. */
export const COMM_WORDS = 4;

/** Little-endian 64-bit number; exact below 2^53. */
export function long(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * 0x1_0000_0000;
}

export const byte = (word: number, place: number): number => (word >>> (8 * place)) & 0xff;
