import { createConnection } from 'mysql2/promise';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

export async function mysql({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  const clients = await Promise.all(
    Array.from({ length: connections }, () =>
      createConnection({
        host,
        port,
        user: 'bench',
        ...(tls ? { ssl: { rejectUnauthorized: false } } : {}),
      }),
    ),
  );
  await share(requests, connections, (index, lane) =>
    ledger.timed(() =>
      clients[lane]!.query(
        isBad(index) ? 'SELECT * FROM no_such.thing' : `SELECT SLEEP(${delayOf(index) / 1000})`,
      ),
    ),
  );
  await Promise.all(clients.map((client) => client.end()));
  return ledger.close();
}
