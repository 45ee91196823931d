import type { ClientLedger } from './client-ledger.ts';
import type { Codec } from './codec.ts';
import { type Connection, openConnection } from './connection.ts';
import type { Upstream } from './protocol.ts';

/**
 * Idle connections are always closed by the client, and long before any server would: a request is never sent into a
 * connection its server is just giving up.
 */
const IDLE_MILLIS = 3000;

interface Idle<Request, Content> {
  readonly connection: Connection<Request, Content>;
  readonly timer: NodeJS.Timeout;
}

/** Keep-alive connections to one service, each used for a bounded number of requests, one at a time. */
export class Pool<Request, Content> {
  #service: string;
  #to: Upstream;
  #codec: Codec<Request, Content>;
  #ledger: ClientLedger;
  #requestsPerConnection: () => number;
  #idle: Idle<Request, Content>[] = [];

  constructor(
    service: string,
    to: Upstream,
    codec: Codec<Request, Content>,
    ledger: ClientLedger,
    requestsPerConnection: () => number,
  ) {
    this.#service = service;
    this.#to = to;
    this.#codec = codec;
    this.#ledger = ledger;
    this.#requestsPerConnection = requestsPerConnection;
  }

  async ask(request: Request): Promise<Content> {
    const connection =
      this.#takeIdle() ?? (await openConnection(this.#service, this.#to, this.#codec, this.#ledger));
    const reply = await connection.ask(request);
    if (reply.close || connection.record.requests >= this.#requestsPerConnection()) connection.close();
    else this.#keep(connection);
    return reply.content;
  }

  closeIdle(): void {
    for (const { connection, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      connection.close();
    }
  }

  #takeIdle(): Connection<Request, Content> | null {
    for (;;) {
      const last = this.#idle.pop();
      if (last === undefined) return null;
      clearTimeout(last.timer);
      if (last.connection.usable) return last.connection;
    }
  }

  #keep(connection: Connection<Request, Content>): void {
    if (!connection.usable) return;
    const timer = setTimeout(() => {
      this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
      connection.close();
    }, IDLE_MILLIS);
    this.#idle.push({ connection, timer });
  }
}
