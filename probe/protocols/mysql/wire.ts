/** Packets: three bytes of length, one of sequence, the payload. */
export const HEAD = 4;
/** A payload of this length goes on in the next packet. */
export const MOST_PAYLOAD = 0xffffff;

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function uint32(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) | (uint16(bytes, at + 2) << 16)) >>> 0;
}

export function payloadLength(bytes: Uint8Array, from: number): number {
  return bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16);
}

export function measurePacket(bytes: Uint8Array, from: number, to: number): number {
  return to - from < HEAD ? 0 : HEAD + payloadLength(bytes, from);
}

/** A length-encoded integer and the place behind it. */
export function lengthEncoded(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly end: number } {
  const first = bytes[at] ?? 0;
  if (first < 0xfb) return { value: first, end: at + 1 };
  if (first === 0xfc) return { value: uint16(bytes, at + 1), end: at + 3 };
  if (first === 0xfd) return { value: uint16(bytes, at + 1) | ((bytes[at + 3] ?? 0) << 16), end: at + 4 };
  return { value: uint32(bytes, at + 1), end: at + 9 };
}

const OK = 0x00;
const END = 0xfe;
const ERR = 0xff;
const LOCAL_INFILE = 0xfb;
/** An error of this number tells how far a long statement is (MariaDB). */
const PROGRESS = 0xffff;
/** Shorter than an OK with the same first byte. */
const EOF_LENGTH = 5;

const MORE_RESULTS = 0x0008;
const CURSOR_EXISTS = 0x0040;

/** One packet of the server. */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly length: number;
}

const first = ({ bytes }: Packet): number => bytes[HEAD] ?? -1;

export const isOk = (packet: Packet): boolean => first(packet) === OK;
export const isError = (packet: Packet): boolean =>
  first(packet) === ERR && uint16(packet.bytes, HEAD + 1) !== PROGRESS;
export const isProgress = (packet: Packet): boolean =>
  first(packet) === ERR && uint16(packet.bytes, HEAD + 1) === PROGRESS;
export const isLocalInfile = (packet: Packet): boolean => first(packet) === LOCAL_INFILE;
/** The end of rows: EOF, or an OK in its place. No row begins so, unless it is longer than a packet. */
export const isEnd = (packet: Packet): boolean =>
  first(packet) === END && packet.length < HEAD + MOST_PAYLOAD;
export const isEof = (packet: Packet): boolean =>
  first(packet) === END && packet.length === HEAD + EOF_LENGTH;
export const errorNumber = ({ bytes }: Packet): number => uint16(bytes, HEAD + 1);

/** Flags of the server in an OK or EOF. */
function flags(packet: Packet): number {
  if (isEof(packet)) return uint16(packet.bytes, HEAD + 3);
  const affected = lengthEncoded(packet.bytes, HEAD + 1);
  return uint16(packet.bytes, lengthEncoded(packet.bytes, affected.end).end);
}

export const hasMore = (packet: Packet): boolean => (flags(packet) & MORE_RESULTS) !== 0;
export const hasCursor = (packet: Packet): boolean => (flags(packet) & CURSOR_EXISTS) !== 0;
