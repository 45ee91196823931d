import { type Conversation, keep } from '../conversation.ts';
import { recordDns } from './dns.ts';
import { recordGrpc } from './grpc.ts';
import { recordHttp } from './http.ts';
import { recordHttp2 } from './http2.ts';
import { recordKafka } from './kafka.ts';
import { recordMysql } from './mysql.ts';
import { recordPostgres } from './postgres.ts';
import { recordRedis } from './redis.ts';

/** `npx tsx probe/protocols/testing/record/main.ts [http …]`: records the conversations of the corpus anew. */
const RECORDERS: Readonly<Record<string, () => Promise<readonly Conversation[]>>> = {
  http: recordHttp,
  http2: recordHttp2,
  grpc: recordGrpc,
  dns: recordDns,
  kafka: recordKafka,
  mysql: recordMysql,
  postgres: recordPostgres,
  redis: recordRedis,
};

const wanted = process.argv.slice(2);
for (const [name, recorder] of Object.entries(RECORDERS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const conversation of await recorder()) {
    keep(conversation);
    process.stdout.write(`${conversation.name}: ${conversation.said.length} chunks\n`);
  }
}
