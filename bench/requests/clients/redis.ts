import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

const BLOCKING_CALLS = 3;

const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** Ordinary commands, refused ones, and blocking pops of an empty list. */
export async function redis({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  await share(connections, connections, async (lane) => {
    const socket = tls
      ? connectSecure({ host, port, rejectUnauthorized: false })
      : connectPlain({ host, port, noDelay: true });
    await once(socket, tls ? 'secureConnect' : 'connect');
    const ask = async (words: readonly string[]): Promise<void> => {
      socket.write(encode(words));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      if (answer[0] === '-'.charCodeAt(0)) throw new Error('refused');
    };
    for (let index = lane; index < requests; index += connections) {
      await ledger.timed(() =>
        ask(isBad(index) ? ['GET'] : ['DEBUG', 'SLEEP', String(delayOf(index) / 4000)]),
      );
    }
    for (let i = 0; i < BLOCKING_CALLS; i++) await ledger.untimed(() => ask(['BLPOP', 'nothing', '0.2']));
    socket.end();
    await once(socket, 'close');
  });
  return ledger.close();
}
