import { connect, type Socket } from 'node:net';
import { query } from '../../dns/testing.ts';
import type { Conversation, Expected } from '../conversation.ts';
import { converse, freePort, launch } from './between.ts';

const A = 1;
const PTR = 12;
const TXT = 16;
const AAAA = 28;
const SRV = 33;

/** Name and type, and the operation it should become. */
type Wanted = readonly [name: string, type: number, operation: string];

const LOOKUPS: readonly Wanted[] = [
  ['Cart.shop.example', A, 'A cart.shop.example'],
  ['cart.shop.example', AAAA, 'AAAA cart.shop.example'],
  ['_grpc._tcp.shop.example', SRV, 'SRV _grpc._tcp.shop.example'],
  ['nothing.shop.example', A, 'A nothing.shop.example'],
  ['7.0.0.10.in-addr.arpa', PTR, 'PTR {address}.in-addr.arpa'],
  ['10-1-2-3.shop.example', A, 'A {id}.shop.example'],
  ['elsewhere.example', A, 'A elsewhere.example'],
  ['long.shop.example', TXT, 'TXT long.shop.example'],
];

export async function dnsServer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const server = await launch(port, 'dnsmasq', [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--pid-file=',
    '--no-resolv',
    '--no-hosts',
    '--listen-address=127.0.0.1',
    '--bind-interfaces',
    `--port=${port}`,
    '--user=root',
    '--local=/shop.example/',
    '--host-record=cart.shop.example,10.0.0.7,fd00::7',
    '--srv-host=_grpc._tcp.shop.example,cart.shop.example,8080',
    `--txt-record=long.shop.example,${Array.from({ length: 12 }, () => 'x'.repeat(200)).join(',')}`,
  ]);
  return { port, ...server };
}

/** Answers of a TCP connection, in the order they come. */
async function* messages(socket: Socket): AsyncGenerator<Buffer> {
  let unread = Buffer.alloc(0);
  for await (const bytes of socket) {
    unread = Buffer.concat([unread, bytes as Buffer]);
    while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
      const end = 2 + unread.readUInt16BE(0);
      yield unread.subarray(2, end);
      unread = unread.subarray(end);
    }
  }
}

/** @param together all in one call, answered in any order */
async function lookUp(port: number, together: boolean): Promise<readonly Expected[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const answers = messages(socket);
  const framed = LOOKUPS.map(([name, type], id) => {
    const message = query(id + 1, name, type);
    return Buffer.from([message.length >> 8, message.length & 255, ...message]);
  });
  const expected: Expected[] = [];
  if (together) socket.write(Buffer.concat(framed));
  for (const message of framed) {
    if (!together) socket.write(message);
    const { value } = await answers.next();
    const [, , operation] = LOOKUPS[(value as Buffer).readUInt16BE(0) - 1]!;
    const status = (value as Buffer)[3]! & 15;
    expected.push({ operation, status, failed: status !== 0 && status !== 3, timed: true });
  }
  socket.end();
  return expected;
}

/** Conversations over TCP with a real dnsmasq. */
export async function recordDns(): Promise<readonly Conversation[]> {
  const server = await dnsServer();
  const spoken = {
    protocol: 'dns',
    port: 53,
    between: 'dnsmasq 2.90, plain socket',
    target: server.port,
  } as const;
  try {
    return [
      await converse({ ...spoken, name: 'dns-one-by-one', client: (port) => lookUp(port, false) }),
      await converse({ ...spoken, name: 'dns-together', client: (port) => lookUp(port, true) }),
    ];
  } finally {
    await server.stop();
  }
}
