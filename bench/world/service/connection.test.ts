import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ClientLedger } from './client-ledger.ts';
import { openConnection } from './connection.ts';
import { httpCodec } from './http-codec.ts';

const codec = httpCodec('shop', 'client-1');
const ASK = { method: 'GET', path: '/' } as const;
const answer = (status: number): string =>
  `HTTP/1.1 ${status} X\r\nx-pod: server-1\r\ncontent-length: 0\r\n\r\n`;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(onSocket: (socket: Socket) => void): Promise<{ ip: string; port: number }> {
  const server = createServer(onSocket).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { ip: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test('answered requests count with the server that named itself, 5xx as failed', async () => {
  const ledger = new ClientLedger();
  const statuses = [200, 503, 200];
  const to = await serve((socket) => socket.on('data', () => socket.write(answer(statuses.shift() ?? 200))));
  const connection = await openConnection('shop', to, codec, ledger);
  for (let turn = 0; turn < 3; turn += 1) await connection.ask(ASK);
  connection.close();
  expect(ledger.clients()).toEqual([
    { service: 'shop', server: 'server-1', connections: 1, requests: 3, failedRequests: 1 },
  ]);
  expect(ledger.unanswered()).toEqual([]);
});

test('a request without an answer when its connection ends is one failed request, never sent again', async () => {
  const ledger = new ClientLedger();
  let asked = 0;
  const to = await serve((socket) =>
    socket.on('data', () => {
      asked += 1;
      socket.destroy();
    }),
  );
  const connection = await openConnection('shop', to, codec, ledger);
  await expect(connection.ask(ASK)).rejects.toThrow();
  expect(asked).toBe(1);
  expect(ledger.clients()).toEqual([]);
  expect(ledger.unanswered()).toMatchObject([{ service: 'shop', requests: 1, failedRequests: 1 }]);
});

test('a half answer was answered: its status counts, not its missing end', async () => {
  const ledger = new ClientLedger();
  const to = await serve((socket) => socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nx-pod: serv')));
  const connection = await openConnection('shop', to, codec, ledger);
  await expect(connection.ask(ASK)).rejects.toThrow();
  expect(ledger.unanswered()).toMatchObject([{ requests: 1, failedRequests: 0 }]);
});

test('a refused connect is a failed connect and no connection', async () => {
  const ledger = new ClientLedger();
  const to = await serve(() => {});
  servers.splice(0).forEach((server) => {
    server.close();
  });
  await expect(openConnection('shop', to, codec, ledger)).rejects.toThrow();
  expect(ledger.connectFailures()).toEqual([{ service: 'shop', refused: 1, timedOut: 0, unreachable: 0 }]);
  expect([ledger.clients(), ledger.unanswered()]).toEqual([[], []]);
});

test('an open connection is in the counts', async () => {
  const ledger = new ClientLedger();
  const to = await serve((socket) => socket.on('data', () => socket.write(answer(200))));
  const connection = await openConnection('shop', to, codec, ledger);
  await connection.ask(ASK);
  expect(ledger.clients()).toMatchObject([{ connections: 1, requests: 1 }]);
  expect(ledger.openConnections).toBe(1);
  connection.close();
});
