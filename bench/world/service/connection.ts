import { connect, type Socket } from 'node:net';
import { type ClientLedger, type ConnectFailure, type ConnectionRecord, UNNAMED } from './client-ledger.ts';
import type { Codec, Reply } from './codec.ts';
import type { Upstream } from './protocol.ts';

/**
 * Half a second below the answer's timeout, so that a caller further up still gets an answer about it; apart from the
 * kernel's SYN retransmits at 1 s and 3 s, so that a connect is never given up in the moment it succeeds.
 */
const CONNECT_TIMEOUT_MILLIS = 1500;
const ANSWER_TIMEOUT_MILLIS = 2000;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * One TCP connection on which requests take turns. It keeps its own record exactly as the kernel sees it: a connection
 * counts once established, a request once the kernel took its bytes, and a request without a first byte of answer when
 * the connection ends is a failed one. Nothing is ever retried.
 */
export class Connection<Request, Content> {
  readonly record: ConnectionRecord;
  #socket: Socket;
  #codec: Codec<Request, Content>;
  #received = NOTHING;
  #turn: { resolve(reply: Reply<Content>): void; reject(error: Error): void } | null = null;
  #dead = false;

  constructor(
    socket: Socket,
    record: ConnectionRecord,
    codec: Codec<Request, Content>,
    onEnd: (connection: Connection<Request, Content>) => void,
  ) {
    this.#socket = socket;
    this.record = record;
    this.#codec = codec;
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The kernel refused the bytes: nothing was sent, so there was no request.
      if (error.syscall === 'write' && this.#turn !== null) this.#fail(error, false);
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.#dead = true;
      this.#fail(new Error('the connection ended'), true);
      onEnd(this);
    });
  }

  get usable(): boolean {
    return !this.#dead && !this.#socket.destroyed;
  }

  ask(request: Request): Promise<Reply<Content>> {
    return new Promise((resolve, reject) => {
      const cancel = afterTimeout(ANSWER_TIMEOUT_MILLIS, () => this.close());
      this.#turn = {
        resolve(reply) {
          cancel();
          resolve(reply);
        },
        reject(error) {
          cancel();
          reject(error);
        },
      };
      this.#received = NOTHING;
      this.record.requests += 1;
      this.#socket.write(this.#codec.encode(request));
    });
  }

  close(): void {
    this.#dead = true;
    this.#socket.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#turn === null) return;
    if (this.#received.length === 0 && this.#codec.failed(bytes)) this.record.failedRequests += 1;
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const reply = this.#codec.decode(this.#received);
    if (reply === null) return;
    this.record.server ??= reply.server ?? UNNAMED;
    const turn = this.#turn;
    this.#turn = null;
    turn.resolve(reply);
  }

  #fail(error: Error, sent: boolean): void {
    const turn = this.#turn;
    if (turn === null) return;
    this.#turn = null;
    if (!sent) this.record.requests -= 1;
    else if (this.#received.length === 0) this.record.failedRequests += 1;
    turn.reject(error);
  }
}

/** Connects, or rejects after having counted the failed connect. */
export function openConnection<Request, Content>(
  service: string,
  to: Upstream,
  codec: Codec<Request, Content>,
  ledger: ClientLedger,
): Promise<Connection<Request, Content>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.ip, port: to.port, noDelay: true });
    const giveUp = (reason: ConnectFailure, error: Error): void => {
      cancel();
      ledger.failedConnect(service, reason);
      socket.destroy();
      reject(error);
    };
    const cancel = afterTimeout(CONNECT_TIMEOUT_MILLIS, () =>
      giveUp('timedOut', new Error(`${service} does not accept connections`)),
    );
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') {
        giveUp(reasonOf(error), error);
        return;
      }
      // A reset before it was established is ECONNREFUSED: this one was established, and ended before we could look.
      cancel();
      ledger.ended(ledger.established(service, 0));
      reject(error);
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      cancel();
      socket.off('error', onError);
      const record = ledger.established(service, socket.localPort ?? 0);
      resolve(new Connection(socket, record, codec, () => ledger.ended(record)));
    });
  });
}

function reasonOf(error: NodeJS.ErrnoException): ConnectFailure {
  if (error.code === 'ECONNREFUSED') return 'refused';
  return error.code === 'ETIMEDOUT' ? 'timedOut' : 'unreachable';
}

/**
 * Runs `act` after the time, but behind the input that already waits: in a process that was held up a timer is looked
 * at before the sockets, and would give up on what has long arrived.
 */
function afterTimeout(millis: number, act: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(act);
  }, millis);
  return () => {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
  };
}
