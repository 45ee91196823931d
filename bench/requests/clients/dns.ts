import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

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
        socket.send(question(index));
        const [answer] = (await once(socket, 'message')) as [Buffer];
        judge(answer);
      });
    }
    socket.close();
  });
  return ledger.close();
}

/** Of one connection by TCP: servers close it after as many as they like, dnsmasq after a hundred. */
const QUESTIONS = 50;

/** The same by TCP, or through TLS; each lane over connections of its own. */
export async function dnsStream({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  await share(connections, connections, async (lane) => {
    for (let from = lane; from < requests; from += connections * QUESTIONS) {
      const socket = tls
        ? connectSecure({ host, port, rejectUnauthorized: false })
        : connectPlain({ host, port, noDelay: true });
      await once(socket, tls ? 'secureConnect' : 'connect');
      const closed = new AbortController();
      socket.once('close', () => closed.abort());
      const to = Math.min(requests, from + connections * QUESTIONS);
      for (let index = from; index < to; index += connections)
        await ledger.timed(async () => judge(await ask(socket, question(index), closed.signal)));
      socket.end();
      if (!closed.signal.aborted) await once(socket, 'close');
    }
  });
  return ledger.close();
}

async function ask(socket: Socket, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]));
  let answer = Buffer.alloc(0);
  while (answer.length < 2 || answer.length < 2 + answer.readUInt16BE(0)) {
    const [more] = (await once(socket, 'data', { signal })) as [Buffer];
    answer = Buffer.concat([answer, more]);
  }
  return answer.subarray(2);
}

function judge(answer: Buffer): void {
  if ((answer[3]! & 15) === SERVFAIL) throw new Error('SERVFAIL');
}

/** A standard query for an A record, recursion desired. */
function question(index: number): Buffer {
  const name = isBad(index) ? `fail${index}.bench` : `wait${delayOf(index)}.shop${index}.bench`;
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  const head = Buffer.from([(index >> 8) & 255, index & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}
