import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { AcceptLog } from './accept-log.ts';
import { fails, happens, spend } from './behaviour.ts';
import { CLIENT_HEADER, SERVER_HEADER } from './http-codec.ts';
import type { Behaviour, PodConfig } from './protocol.ts';
import type { Handler } from './shop/handler.ts';

/** Request bodies of the shop are a few dozen bytes. */
const BODY_LIMIT = 64 * 1024;

/** The HTTP side of a pod: answers with its own name, counts what it was asked by whom. */
export class ShopServer {
  readonly served = new Map<string, { requests: number; failed: number }>();
  behaviour: Behaviour;
  leaving = false;
  inFlight = 0;
  #config: PodConfig;
  #handler: Handler;
  #log: AcceptLog;
  #server: Server | null = null;

  constructor(config: PodConfig, handler: Handler, log: AcceptLog) {
    this.#config = config;
    this.behaviour = config.behaviour;
    this.#handler = handler;
    this.#log = log;
  }

  listen(): Promise<void> {
    if (this.#server !== null || this.#config.port === null) return Promise.resolve();
    // Only clients end connections here (see the pool), so nothing on this side may time out.
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    server.on('connection', (socket) => this.#log.record(socket));
    server.on('request', (request, response) => void this.#answer(request, response));
    this.#server = server;
    const port = this.#config.port;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '0.0.0.0', backlog: 1024 }, resolve);
    });
  }

  /** Stops listening and leaves the open connections alone; the HTTP server's own close would end idle ones. */
  refuse(): void {
    if (this.#server !== null) NetServer.prototype.close.call(this.#server);
    this.#server = null;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.inFlight += 1;
    const client = String(request.headers[CLIENT_HEADER] ?? 'unknown');
    const counts = this.served.get(client) ?? { requests: 0, failed: 0 };
    this.served.set(client, counts);
    counts.requests += 1;
    const { status, body } = await this.#handle(request).catch((error: Error) => ({
      status: 500,
      body: { error: error.message },
    }));
    if (status >= 500) counts.failed += 1;
    if (happens(this.behaviour.resetRate)) {
      request.socket.resetAndDestroy();
      this.inFlight -= 1;
      return;
    }
    response.shouldKeepAlive = !this.leaving && this.#server !== null;
    response.setHeader(SERVER_HEADER, this.#config.pod);
    response.setHeader('content-type', 'application/json');
    response.statusCode = status;
    response.end(JSON.stringify(body));
    this.inFlight -= 1;
  }

  async #handle(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const body = await read(request);
    await spend(this.behaviour);
    if (fails(this.behaviour, request.socket.remoteAddress ?? ''))
      return { status: 500, body: { error: 'internal error' } };
    const url = new URL(request.url ?? '/', 'http://shop');
    return this.#handler({ path: url.pathname, query: url.searchParams, body });
  }
}

async function read(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET') return null;
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_LIMIT) throw new Error('the body is too long');
  }
  return text === '' ? null : JSON.parse(text);
}
