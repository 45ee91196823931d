import { connect } from 'node:net';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

const DEPTH = 4;

/** HTTP/1.1 with several requests on the way at a time; answers come in order, so each ends where its first byte is read. */
export async function pipelined({ host, port, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  await share(connections, connections, (lane) => {
    const mine = Math.floor(requests / connections);
    const socket = connect({ host, port, noDelay: true });
    return new Promise<void>((resolve, reject) => {
      const sent: number[] = [];
      let asked = 0;
      let answered = 0;
      const ask = () => {
        while (asked < mine && asked - answered < DEPTH) {
          const index = lane + asked * connections;
          const path = isBad(index) ? `/bad/${index}` : `/wait/${delayOf(index)}`;
          sent.push(performance.now());
          socket.write(`GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`);
          asked++;
        }
      };
      socket
        .once('connect', ask)
        .once('error', reject)
        .once('close', () => resolve());
      socket.on('data', (data) => {
        const now = performance.now();
        for (const [, status] of data.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) {
          ledger.note((now - sent[answered]!) * 1000, Number(status) >= 500);
          answered++;
        }
        if (answered === mine) socket.end();
        else ask();
      });
    });
  });
  return ledger.close();
}
