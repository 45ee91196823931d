import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { delayOf, type Errand, type Ledger, openLedger, share } from '../ledger.ts';

const SERVFAIL = 2;

/** Questions by UDP, each lane from a socket of its own. */
export async function dns({ host, port, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  await share(connections, connections, async (lane) => {
    const socket = createSocket('udp4');
    socket.connect(port, host);
    await once(socket, 'connect');
    for (let index = lane; index < requests; index += connections) {
      await ledger.timed(async () => {
        const name = index % 11 === 5 ? `fail${index}.bench` : `wait${delayOf(index)}.shop${index % 7}.bench`;
        socket.send(question(index, name));
        const [answer] = (await once(socket, 'message')) as [Buffer];
        if ((answer[3]! & 15) === SERVFAIL) throw new Error('SERVFAIL');
      });
    }
    socket.close();
  });
  return ledger.close();
}

/** A standard query for an A record, recursion desired. */
function question(id: number, name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}
