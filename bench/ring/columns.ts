import { kernelRecord as record } from '../../probe/index.ts';

/** Before each record of a drained ring: its length, and zero. */
const HEADER = 8;
/** Three addresses of sixteen bytes and the name of the process, as they stand in the record. */
const ADDRESSES = { at: 32, words: 12 } as const;
const NAME = { at: 112, words: 4 } as const;

/** Records as columns, one typed array a field; 64-bit values as exact doubles, addresses and names as 32-bit words. */
export type Columns = ReturnType<typeof createColumns>;

export function createColumns(rows: number) {
  return {
    cookie: new Float64Array(rows),
    openedNs: new Float64Array(rows),
    establishedNs: new Float64Array(rows),
    endedNs: new Float64Array(rows),
    cgroupId: new Float64Array(rows),
    bytesSent: new Float64Array(rows),
    bytesReceived: new Float64Array(rows),
    netns: new Uint32Array(rows),
    isnLocal: new Uint32Array(rows),
    isnRemote: new Uint32Array(rows),
    pid: new Uint32Array(rows),
    uid: new Uint32Array(rows),
    segmentsSent: new Uint32Array(rows),
    segmentsReceived: new Uint32Array(rows),
    retransmits: new Uint32Array(rows),
    rttMicros: new Uint32Array(rows),
    minRttMicros: new Uint32Array(rows),
    requests: new Uint32Array(rows),
    failed: new Uint32Array(rows),
    samples: new Uint32Array(rows),
    firstLatency: new Uint32Array(rows),
    firstWait: new Uint32Array(rows),
    firstService: new Uint32Array(rows),
    localPort: new Uint16Array(rows),
    remotePort: new Uint16Array(rows),
    askedPort: new Uint16Array(rows),
    error: new Uint16Array(rows),
    role: new Uint8Array(rows),
    protocol: new Uint8Array(rows),
    resetBy: new Uint8Array(rows),
    lastState: new Uint8Array(rows),
    addresses: new Uint32Array(rows * ADDRESSES.words),
    names: new Uint32Array(rows * NAME.words),
  } as const;
}

/** Fills the columns with the records of a drained buffer and returns how many there were. */
export function decode(to: Columns, view: DataView, bytes: number): number {
  let row = 0;
  for (let at = 0; at < bytes; row++) {
    const base = at + HEADER;
    at = base + ((view.getUint32(at, true) + 7) & ~7);
    to.cookie[row] = record.cookie(view, base);
    to.openedNs[row] = record.openedNs(view, base);
    to.establishedNs[row] = record.establishedNs(view, base);
    to.endedNs[row] = record.endedNs(view, base);
    to.cgroupId[row] = record.cgroupId(view, base);
    to.bytesSent[row] = record.bytesSent(view, base);
    to.bytesReceived[row] = record.bytesReceived(view, base);
    to.netns[row] = record.netns(view, base);
    to.isnLocal[row] = record.isnLocal(view, base);
    to.isnRemote[row] = record.isnRemote(view, base);
    to.pid[row] = record.pid(view, base);
    to.uid[row] = record.uid(view, base);
    to.segmentsSent[row] = record.segmentsSent(view, base);
    to.segmentsReceived[row] = record.segmentsReceived(view, base);
    to.retransmits[row] = record.retransmits(view, base);
    to.rttMicros[row] = record.rttMicros(view, base);
    to.minRttMicros[row] = record.minRttMicros(view, base);
    to.requests[row] = record.requests(view, base);
    to.failed[row] = record.failed(view, base);
    to.samples[row] = record.samples(view, base);
    to.firstLatency[row] = record.firstLatency(view, base);
    to.firstWait[row] = record.firstWait(view, base);
    to.firstService[row] = record.firstService(view, base);
    to.localPort[row] = record.localPort(view, base);
    to.remotePort[row] = record.remotePort(view, base);
    to.askedPort[row] = record.askedPort(view, base);
    to.error[row] = record.error(view, base);
    to.role[row] = record.role(view, base);
    to.protocol[row] = record.protocol(view, base);
    to.resetBy[row] = record.resetBy(view, base);
    to.lastState[row] = record.lastState(view, base);
    copyWords(to.addresses, row * ADDRESSES.words, view, base + ADDRESSES.at, ADDRESSES.words);
    copyWords(to.names, row * NAME.words, view, base + NAME.at, NAME.words);
  }
  return row;
}

function copyWords(to: Uint32Array, first: number, view: DataView, base: number, words: number): void {
  for (let word = 0; word < words; word++) to[first + word] = view.getUint32(base + 4 * word, true);
}
