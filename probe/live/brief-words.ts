/**
 * Places in the record of an ended connection (`bpf/record.h`) as numbers of 32-bit words, for those who look at very many
 * records: the same bytes as in `layout.ts`, read without a view.
 */
export const WORD = {
  cookie: 0,
  opened: 2,
  established: 4,
  cgroup: 6,
  local: 8,
  remote: 12,
  asked: 16,
  /** The local one in the lower half. */
  ports: 20,
  /** The port asked for in the lower half, the error in the upper. */
  askedPort: 21,
  netns: 22,
  isnLocal: 23,
  isnRemote: 24,
  pid: 25,
  uid: 26,
  /** Event, role, ready, preexisting: a byte each, the first in the lowest. */
  kind: 27,
  comm: 28,
  ended: 32,
  bytesSent: 34,
  bytesReceived: 36,
  segmentsSent: 38,
  segmentsReceived: 39,
  retransmits: 40,
  rtt: 41,
  minRtt: 42,
  requests: 43,
  failed: 44,
  samples: 45,
  samplesLost: 46,
  latency: 47,
  wait: 48,
  service: 49,
  /** Protocol, owned, has asked, reset by. */
  spoken: 57,
  /** Last state, delivery, has translated, tap. */
  fate: 58,
  zeroWindows: 64,
  firstOffset: 65,
  chunks: 66,
} as const;

/** Little-endian 64-bit number; exact below 2^53. */
export function long(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * 0x1_0000_0000;
}

export const byte = (word: number, place: number): number => (word >>> (8 * place)) & 0xff;
