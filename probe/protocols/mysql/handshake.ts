import { HEAD, measurePacket, payloadLength, uint16, uint32 } from './wire.ts';

const PROTOCOL_10 = 0x0a;
const ERR = 0xff;

/** The first packet of a server: version 10, the version of the server as text. */
export function isGreeting(bytes: Uint8Array): boolean {
  if (bytes.length < HEAD + 7 || bytes[3] !== 0 || bytes[HEAD] !== PROTOCOL_10) return false;
  const end = bytes.indexOf(0, HEAD + 1);
  const version = bytes.subarray(HEAD + 1, end < 0 ? bytes.length : end);
  const length = payloadLength(bytes, 0);
  return length > 40 && length < 1024 && version.length < 100 && isPrintable(version) && isDigit(version[0]!);
}

/** In the place of the greeting: too many connections, a host that is blocked. */
export function isRefusal(bytes: Uint8Array, length: number): boolean {
  if (bytes.length < HEAD + 4 || bytes[3] !== 0 || bytes[HEAD] !== ERR) return false;
  const code = uint16(bytes, HEAD + 1);
  return (
    measurePacket(bytes, 0, bytes.length) === length &&
    code >= 1000 &&
    code < 5000 &&
    isPrintable(bytes.subarray(HEAD + 3))
  );
}

const PROTOCOL_41 = 0x0200;
const ZEROS_FROM = HEAD + 9;
/** The last four of the reserved bytes are flags of MariaDB. */
const ZEROS_TO = HEAD + 28;

/** What the client answers to a greeting; the first thing seen in the clear text of TLS. */
export function isHandshakeResponse(bytes: Uint8Array, length: number): boolean {
  if (bytes.length < ZEROS_TO || measurePacket(bytes, 0, bytes.length) !== length) return false;
  const sequence = bytes[3]!;
  if (sequence < 1 || sequence > 3 || (uint32(bytes, HEAD) & PROTOCOL_41) === 0) return false;
  return bytes.subarray(ZEROS_FROM, ZEROS_TO).every((byte) => byte === 0);
}

const SSL = 0x0800;
/** zlib, Zstandard. */
const COMPRESSED = 0x0020 | 0x04000000;
/** A request for TLS is the beginning of a handshake response, without the name of the user. */
const SSL_REQUEST_LENGTH = HEAD + 32;

/** What follows the first packet of a client. */
export function followedBy(bytes: Uint8Array, length: number): 'tls' | 'compression' | 'clear' {
  const flags = uint32(bytes, HEAD);
  if ((flags & SSL) !== 0 && length === SSL_REQUEST_LENGTH) return 'tls';
  return (flags & COMPRESSED) !== 0 ? 'compression' : 'clear';
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isPrintable = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
