import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation, Expected } from '../conversation.ts';
import { type Client, converse } from './between.ts';
import { type Asked, answered } from './curl.ts';

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, PADDING_STRATEGY_MAX } = constants;

/** One after another, and some again, so that fields are told by references. */
const ROUTES: readonly Asked[] = [
  { operation: 'GET /users/{id}', path: '/users/1842?token=s3cr3t' },
  { operation: 'GET /fail/{id}', path: '/fail/99' },
  { operation: 'GET /empty', path: '/empty' },
  { operation: 'GET /users/{id}', path: '/users/1842?token=s3cr3t' },
  { operation: 'GET /fail/{id}', path: '/fail/99' },
];

export async function recordHttp2(): Promise<readonly Conversation[]> {
  const http2 = nodeServer(false);
  const padding = nodeServer(true);
  for (const each of [http2, padding])
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  const node = `Node ${process.version}`;
  const meet = (name: string, client: Client, from = http2, kept = 40_000) => {
    const target = (from.address() as AddressInfo).port;
    return converse({ name, protocol: 'http2', port: 80, between: `${node}, ${node}`, target, client, kept });
  };
  try {
    return [
      await meet('http2-routes', session(routes)),
      await meet('http2-concurrent', session(concurrent)),
      await meet('http2-continuation', session(largeHead)),
      await meet('http2-padded', session(concurrent, PADDING_STRATEGY_MAX), padding),
      await meet('http2-resets', session(resets)),
      await meet('http2-streams', session(streams)),
      await meet('http2-download', session(download), http2, 2500),
    ];
  } finally {
    for (const each of [http2, padding]) each.close();
  }
}

function nodeServer(padded: boolean) {
  const server = createServer(padded ? { paddingStrategy: PADDING_STRATEGY_MAX } : {});
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => undefined);
    const path = String(headers[':path']);
    if (path.startsWith('/fail')) stream.respond({ ':status': 503 }, { endStream: true });
    else if (path.startsWith('/reset')) stream.close(NGHTTP2_INTERNAL_ERROR);
    else if (path.startsWith('/hang')) return;
    else if (path.startsWith('/events')) {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      stream.write('data: 1\n\n');
      await sleep(3);
      stream.end('data: 2\n\n');
    } else if (path.startsWith('/trailers')) {
      stream.additionalHeaders({ ':status': 103 });
      stream.respond({ ':status': 201 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ checksum: 'abc' }));
      stream.end('body');
    } else if (path.startsWith('/push')) {
      stream.pushStream({ ':path': '/style.css' }, (_, pushed) => {
        pushed.respond({ ':status': 200 });
        pushed.end('a { }');
      });
      stream.respond({ ':status': 200 });
      stream.end('page');
    } else if (path.startsWith('/download')) {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(100_000));
    } else {
      stream.respond({ ':status': 200, 'x-request': path });
      stream.pipe(stream);
    }
  });
  return server;
}

type Talk = (session: ClientHttp2Session) => Promise<readonly Expected[]>;

function session(talk: Talk, paddingStrategy?: number): Client {
  return async (port) => {
    const client = connect(
      `http://127.0.0.1:${port}`,
      paddingStrategy === undefined ? {} : { paddingStrategy },
    );
    client.on('stream', (pushed) => pushed.resume());
    const expected = await talk(client);
    await new Promise<void>((resolve) => client.close(resolve));
    return expected;
  };
}

/** @returns the status, 0 when the stream ended without one */
function ask(
  client: ClientHttp2Session,
  method: string,
  path: string,
  more: IncomingHttpHeaders = {},
  body = '',
): Promise<number> {
  return new Promise((resolve) => {
    const stream = client.request({ ':method': method, ':path': path, ...more }, { endStream: body === '' });
    let status = 0;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    stream.on('error', () => undefined);
    stream.on('close', () => resolve(status));
    stream.resume();
    if (body !== '') stream.end(body);
  });
}

async function routes(client: ClientHttp2Session): Promise<readonly Expected[]> {
  const expected: Expected[] = [];
  for (const { operation, path } of ROUTES)
    expected.push(answered(operation, await ask(client, 'GET', path)));
  return expected;
}

/** Twenty streams at a time, twice, so that the header tables are used. */
async function concurrent(client: ClientHttp2Session): Promise<readonly Expected[]> {
  const expected: Expected[] = [];
  for (const round of [1, 2]) {
    const asked = Array.from({ length: 20 }, async (_, n) => {
      const [method, path, operation] =
        n % 5 === 0
          ? ['GET', `/fail/${n}`, 'GET /fail/{id}']
          : ['POST', `/items/${round}${n}?card=4111`, 'POST /items/{id}'];
      return answered(
        operation!,
        await ask(client, method!, path!, {}, method === 'POST' ? 'x'.repeat(n) : ''),
      );
    });
    expected.push(...(await Promise.all(asked)));
  }
  return expected;
}

/** A head that needs more than one frame. */
async function largeHead(client: ClientHttp2Session): Promise<readonly Expected[]> {
  const cookie = Array.from({ length: 6 }, (_, n) => `${n}=${'s3cr3t'.repeat(500)}`);
  return [
    answered('GET /first', await ask(client, 'GET', '/first')),
    answered('GET /large', await ask(client, 'GET', '/large', { cookie: cookie as unknown as string })),
    answered('GET /last', await ask(client, 'GET', '/last')),
  ];
}

async function resets(client: ClientHttp2Session): Promise<readonly Expected[]> {
  const refused = await ask(client, 'GET', '/reset/1');
  const given = client.request({ ':path': '/hang/2' });
  given.on('error', () => undefined);
  await sleep(5);
  await new Promise<void>((resolve) => {
    given.on('close', resolve);
    given.close(NGHTTP2_CANCEL);
  });
  return [
    { operation: 'GET /reset/{id}', status: refused, failed: true, timed: true },
    { operation: 'GET /hang/{id}', status: 0, failed: false, timed: false },
    answered('GET /after', await ask(client, 'GET', '/after')),
  ];
}

async function streams(client: ClientHttp2Session): Promise<readonly Expected[]> {
  return [
    answered('GET /events', await ask(client, 'GET', '/events', { accept: 'text/event-stream' }), false),
    answered('GET /poll', await ask(client, 'GET', '/poll', { prefer: 'wait=5' }), false),
    answered('GET /trailers', await ask(client, 'GET', '/trailers')),
    answered('GET /push', await ask(client, 'GET', '/push')),
    answered('HEAD /users/{id}', await ask(client, 'HEAD', '/users/17')),
  ];
}

async function download(client: ClientHttp2Session): Promise<readonly Expected[]> {
  return [answered('GET /download', await ask(client, 'GET', '/download'))];
}
