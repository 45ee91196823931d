import pg from 'pg';
import { delayOf, type Errand, isBad, type Ledger, openLedger, share } from '../ledger.ts';

/** Queries in turn by the simple and by the extended protocol. */
export async function postgres({ host, port, tls, requests, connections }: Errand): Promise<Ledger> {
  const ledger = openLedger();
  const clients = Array.from(
    { length: connections },
    () =>
      new pg.Client({
        host,
        port,
        user: 'bench',
        database: 'postgres',
        ssl: tls ? { rejectUnauthorized: false } : false,
      }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  await share(requests, connections, (index, lane) =>
    ledger.timed(() => {
      const client = clients[lane]!;
      const seconds = delayOf(index) / 1000;
      if (isBad(index)) return client.query('SELECT * FROM no_such_table');
      return index % 2 === 0
        ? client.query(`SELECT pg_sleep(${seconds})`)
        : client.query('SELECT pg_sleep($1)', [seconds]);
    }),
  );
  await Promise.all(clients.map((client) => client.end()));
  return ledger.close();
}
