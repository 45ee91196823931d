/** A client in a process of its own: `client.ts PROTOCOL` takes its errand as JSON from standard input and prints its ledger. */
import { text } from 'node:stream/consumers';
import { dns } from './clients/dns.ts';
import { grpc } from './clients/grpc.ts';
import { http } from './clients/http.ts';
import { http2 } from './clients/http2.ts';
import { mysql } from './clients/mysql.ts';
import { pipelined } from './clients/pipelined.ts';
import { postgres } from './clients/postgres.ts';
import { redis } from './clients/redis.ts';
import type { Errand, Ledger } from './ledger.ts';

export const CLIENTS = { dns, grpc, http, http2, mysql, pipelined, postgres, redis } as const;

const [protocol = ''] = process.argv.slice(2);
const client: ((errand: Errand) => Promise<Ledger>) | undefined = CLIENTS[protocol as keyof typeof CLIENTS];
if (client === undefined) throw new Error(`there is no client for ${protocol}`);
process.stdout.write(JSON.stringify(await client(JSON.parse(await text(process.stdin)) as Errand)));
process.exit(0);
