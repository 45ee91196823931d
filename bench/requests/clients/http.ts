import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

/** HTTP/1.1 over connections that are kept. */
export async function http({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  const agents = Array.from({ length: connections }, () =>
    tls
      ? new SecureAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
      : new PlainAgent({ keepAlive: true, maxSockets: 1 }),
  );
  const call = tls ? secureRequest : plainRequest;
  await share(requests, connections, (index, lane) =>
    ledger.timed(
      (answered) =>
        new Promise<void>((resolve, reject) => {
          const path = isBad(index) ? `/bad/${index}` : `/wait/${delayOf(index)}`;
          call({ host, port, path, agent: agents[lane]! }, (answer) => {
            answered();
            answer.resume();
            answer.once('end', () =>
              (answer.statusCode ?? 500) < 500 ? resolve() : reject(new Error('status')),
            );
          })
            .once('error', reject)
            .end();
        }),
    ),
  );
  for (const agent of agents) agent.destroy();
  return ledger.close();
}
