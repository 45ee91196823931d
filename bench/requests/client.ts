/**
 * A client in a process of its own: `client.ts PROTOCOL` takes errands as JSON, one a line, from standard input and answers each
 * with a line, its ledger.
 */
import { createInterface } from 'node:readline';
import { dns, dnsStream } from './clients/dns.ts';
import { grpc } from './clients/grpc.ts';
import { http } from './clients/http.ts';
import { http2 } from './clients/http2.ts';
import { mysql } from './clients/mysql.ts';
import { pipelined } from './clients/pipelined.ts';
import { postgres } from './clients/postgres.ts';
import { redis } from './clients/redis.ts';
import type { Errand, Ledger } from './ledger.ts';

export const CLIENTS = { dns, dnsStream, grpc, http, http2, mysql, pipelined, postgres, redis } as const;

const [protocol = ''] = process.argv.slice(2);
const client: ((errand: Errand) => Promise<Ledger>) | undefined = CLIENTS[protocol as keyof typeof CLIENTS];
if (client === undefined) throw new Error(`there is no client for ${protocol}`);
for await (const line of createInterface(process.stdin))
  process.stdout.write(`${JSON.stringify(await client(JSON.parse(line) as Errand))}\n`);
process.exit(0);
