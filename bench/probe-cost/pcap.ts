const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const SYN = 0x02;
const ACK = 0x10;

/**
 * Connections a capture file of tcpdump shows being opened to a port: first packets of IPv4 over Ethernet (as the loopback
 * device gives them). A file that breaks off in mid-packet counts up to there.
 */
export function countOpenings(file: Uint8Array, port: number): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let openings = 0;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.byteLength; ) {
    const captured = view.getUint32(at + 8, true);
    const ip = at + RECORD_HEADER + ETHERNET;
    at += RECORD_HEADER + captured;
    if (at > file.byteLength || ip + 20 > at) continue;
    const tcp = ip + 4 * (view.getUint8(ip) & 15);
    if (tcp + 14 > at || view.getUint16(tcp + 2) !== port) continue;
    if ((view.getUint8(tcp + 13) & (SYN | ACK)) === SYN) openings++;
  }
  return openings;
}
