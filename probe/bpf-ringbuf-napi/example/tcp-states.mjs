/** Prints every TCP state change of the machine: `node tcp-states.mjs tcp-states.bpf.o`, as root. */
import { BpfObject, unavailable } from 'bpf-ringbuf-napi';

const STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
].concat(['CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING', 'NEW_SYN_RECV']);

const reason = unavailable();
if (reason !== null) throw reason;

const object = BpfObject.open(process.argv[2] ?? 'tcp-states.bpf.o');
object.load();
object.attach('on_state');
const ring = object.ring('records');
const buffer = new Uint8Array(1 << 20);
const view = new DataView(buffer.buffer);
console.log('watching');

setInterval(() => {
  const { bytes } = ring.drain(buffer);
  for (let at = 0; at < bytes; at += 8 + Math.ceil(view.getUint32(at, true) / 8) * 8) {
    const local = view.getUint16(at + 8, true);
    const remote = view.getUint16(at + 10, true);
    console.log(
      `:${local} → :${remote}  ${STATES[view.getUint8(at + 12)]} → ${STATES[view.getUint8(at + 13)]}`,
    );
  }
}, 20);
