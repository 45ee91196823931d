import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation, Expected } from '../conversation.ts';
import { type Client, converse } from './between.ts';
import { type Asked, answered, curl, curlVersion, run } from './curl.ts';
import { nginx } from './nginx.ts';

const unanswered = (operation: string): Expected => ({ operation, status: 0, failed: true, timed: true });

/** Writes raw bytes and waits for a number of final status lines. */
function raw(text: string, operations: readonly string[]): Client {
  return (port) =>
    new Promise((resolve, reject) => {
      let answers = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.on('error', reject);
      socket.on('data', (bytes) => {
        answers += bytes.toString('latin1');
        const statuses = [...answers.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, status]) =>
          Number(status),
        );
        if (statuses.length < operations.length) return;
        socket.end();
        resolve(operations.map((operation, n) => answered(operation, statuses[n])));
      });
    });
}

const ID = '3f2b8c1e-77aa-4b1c-9d5e-0123456789ab';

export async function recordHttp(): Promise<readonly Conversation[]> {
  const server = await nginx();
  const http = await nodeServer();
  const port = (http.address() as AddressInfo).port;
  const version = await curlVersion();
  const node = `Node ${process.version}`;
  const meet =
    (target: number | string, program: string) =>
    (name: string, client: Client, who = version) =>
      converse({ name, protocol: 'http', port: 80, between: `${program}, ${who}`, target, client });
  const byNginx = meet(server.http, 'nginx 1.22.1');
  const byNode = meet(port, node);
  try {
    return [
      await byNginx('http-keep-alive', curl(ROUTES)),
      await byNginx(
        'http-head',
        curl(
          [
            { operation: 'HEAD /large.bin', path: '/large.bin' },
            { operation: 'HEAD /users/{id}', path: '/users/1' },
          ],
          '-I',
        ),
      ),
      await byNginx(
        'http-pipelined',
        raw(PIPELINED, [
          'GET /users/{id}',
          'GET /busy',
          'HEAD /large.bin',
          'GET /users/{id}',
          'GET /orders/{id}',
        ]),
        'plain socket',
      ),
      await byNginx(
        'http-download',
        curl([
          { operation: 'GET /large.bin', path: '/large.bin' },
          { operation: 'GET /users/{id}', path: '/users/2' },
        ]),
      ),
      await byNginx('http-1.0', curl([{ operation: 'GET /users/{id}', path: '/users/7' }], '--http1.0')),
      await byNginx(
        'http-bad-request',
        raw('GET /users/5 HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n', ['GET /users/{id}']),
        'plain socket',
      ),
      await byNode(
        'http-chunked',
        curl([
          { operation: 'GET /chunks', path: '/chunks' },
          { operation: 'GET /hints', path: '/hints' },
          { operation: 'GET /fail/{id}', path: `/fail/${ID}` },
        ]),
      ),
      await byNode(
        'http-upload',
        curl(
          [
            { operation: 'POST /echo', path: '/echo?secret=s3cr3t' },
            { operation: 'POST /echo', path: '/echo' },
          ],
          '--data-binary',
          'x'.repeat(300),
          '-H',
          'Expect: 100-continue',
        ),
      ),
      await byNode(
        'http-chunked-upload',
        curl(
          [
            { operation: 'POST /echo', path: '/echo' },
            { operation: 'POST /echo', path: '/echo' },
          ],
          '--data-binary',
          'y'.repeat(500),
          '-H',
          'Transfer-Encoding: chunked',
        ),
      ),
      await byNode(
        'http-early-answer',
        curl(
          [{ operation: 'POST /refuse', path: '/refuse' }],
          '--data-binary',
          'z'.repeat(2000),
          '-H',
          'Expect: 100-continue',
        ),
      ),
      await byNode(
        'http-large-head',
        curl(
          [
            { operation: 'GET /chunks', path: '/chunks' },
            { operation: 'GET /echo', path: '/echo' },
          ],
          '-H',
          `Cookie: session=${'s3cr3t'.repeat(500)}`,
        ),
      ),
      await byNode('http-proxied', async (at) => {
        const { stdout } = await run('curl', [
          '-sS',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          '-x',
          `http://127.0.0.1:${at}`,
          'http://shop.example/echo?card=4111',
        ]);
        return [answered('GET /echo', Number(stdout))];
      }),
      await byNode(
        'http-events',
        curl(
          [{ operation: 'GET /events', path: '/events', timed: false }],
          '-H',
          'Accept: text/event-stream',
        ),
      ),
      await byNode(
        'http-long-poll',
        curl(
          [
            { operation: 'GET /poll', path: '/poll', timed: false },
            { operation: 'GET /echo', path: '/echo', timed: false },
          ],
          '-H',
          'Prefer: wait=10',
        ),
      ),
      await byNode('http-upgrade', (at) => upgrade(at), 'plain socket'),
      await byNode('http-connect', (at) => tunnel(at), 'plain socket'),
      await byNode('http-unanswered', (at) => crashed(at)),
      await byNode('http-until-close', curl([{ operation: 'GET /until-close', path: '/until-close' }])),
    ];
  } finally {
    http.close();
    await server.stop();
  }
}

const ROUTES: readonly Asked[] = [
  { operation: 'GET /users/{id}', path: '/users/1842?token=s3cr3t' },
  { operation: 'GET /users/{id}/cart', path: `/users/${ID}/cart` },
  { operation: 'GET /orders/{id}', path: '/orders/99' },
  { operation: 'GET /empty', path: '/empty' },
  { operation: 'GET /moved', path: '/moved' },
  { operation: 'GET /broken', path: '/broken' },
  { operation: 'GET /busy', path: '/busy' },
];

const PIPELINED = ['GET /users/1', 'GET /busy', 'HEAD /large.bin', 'GET /users/2', 'GET /orders/3']
  .map((line) => `${line} HTTP/1.1\r\nHost: shop\r\n\r\n`)
  .join('');

async function nodeServer(): Promise<Server> {
  const server = createServer(
    { keepAliveTimeout: 10_000 },
    (request, response) => void answer(request, response),
  );
  server.on('checkContinue', (request, response) => {
    if (request.url !== '/refuse') response.writeContinue();
    void answer(request, response);
  });
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  server.on('connect', (_, socket) => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, 'http://host');
  switch (url.pathname.split('/')[1]) {
    case 'chunks':
      for (const word of ['one ', 'two ', 'three']) {
        response.write(word);
        await sleep(3);
      }
      response.end();
      return;
    case 'hints':
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      await sleep(3);
      response.end('hinted');
      return;
    case 'fail':
      response.writeHead(502).end('bad gateway');
      return;
    case 'refuse':
      response.writeHead(417, { connection: 'close' }).end();
      return;
    case 'events':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      await sleep(3);
      response.end('data: 2\n\n');
      return;
    case 'poll':
      await sleep(20);
      response.end('[]');
      return;
    case 'crash':
      request.socket.destroy();
      return;
    case 'until-close':
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { connection: 'close' });
      response.write('some ');
      await sleep(3);
      response.end('more');
      return;
    default:
      request.pipe(response);
  }
}

/** Says the same again after the protocol was switched, in words that look like HTTP. */
function upgrade(port: number): Promise<readonly Expected[]> {
  const head = 'GET /socket/17 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
  return switching(port, head, [{ operation: 'GET /socket/{id}', status: 101, failed: false, timed: false }]);
}

function tunnel(port: number): Promise<readonly Expected[]> {
  const head = 'CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n';
  return switching(port, head, [{ operation: 'CONNECT', status: 200, failed: false, timed: false }]);
}

function switching(port: number, head: string, expected: readonly Expected[]): Promise<readonly Expected[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head));
    socket.on('error', reject);
    socket.once('data', () => {
      socket.write('GET /not/http HTTP/1.1\r\n\r\n');
      socket.once('data', () => {
        socket.end();
        resolve(expected);
      });
    });
  });
}

/** On its first connection curl does not try again. */
async function crashed(port: number): Promise<readonly Expected[]> {
  const url = `http://127.0.0.1:${port}/crash/12`;
  const { code } = (await run('curl', ['-sS', url]).catch((error: { code: number }) => error)) as {
    code?: number;
  };
  if (code !== EMPTY_REPLY) throw new Error(`curl ended with ${code}`);
  return [unanswered('GET /crash/{id}')];
}

/** Exit code of curl: nothing was received from the server. */
const EMPTY_REPLY = 52;
