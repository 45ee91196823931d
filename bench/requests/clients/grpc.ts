import type { EventEmitter } from 'node:events';
import { type ChannelCredentials, credentials, Metadata, makeGenericClientConstructor } from '@grpc/grpc-js';
import { SHOP } from '../grpc-service.ts';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

type Call = (
  request: Buffer,
  metadata: Metadata,
  done: (error: Error | null, answer?: Buffer) => void,
) => EventEmitter;

/** Calls side by side on each connection. */
const CALLS = 4;
const READY_MILLIS = 10_000;

export async function grpc({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  const Client = makeGenericClientConstructor(SHOP, 'Shop');
  const clients = Array.from(
    { length: connections },
    (_, which) =>
      new Client(`${host}:${port}`, tls ? anyServer() : credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
        'grpc.primary_user_agent': `client-${which}`,
      }),
  );
  await Promise.all(
    clients.map(
      (client) =>
        new Promise<void>((resolve, reject) =>
          client.waitForReady(Date.now() + READY_MILLIS, (error) => (error ? reject(error) : resolve())),
        ),
    ),
  );
  await share(requests, connections * CALLS, (index, lane) =>
    ledger.timed(
      (answered) =>
        new Promise<void>((resolve, reject) => {
          const client = clients[lane % connections] as unknown as Record<'wait', Call>;
          const order = Buffer.from(isBad(index) ? 'bad' : String(delayOf(index)));
          const call = client.wait(order, new Metadata(), (error) =>
            error === null ? resolve() : reject(error),
          );
          call.once('metadata', answered);
        }),
    ),
  );
  for (const client of clients) client.close();
  return ledger.close();
}

/** The certificate is of its own making. */
const anyServer = (): ChannelCredentials =>
  credentials.createSsl(null, null, null, { rejectUnauthorized: false });
