import type { Socket } from 'node:net';
import type { AcceptedQuery } from './protocol.ts';

/** Remote ends remembered: a benchmark's 100,000 connections over a few pods; the oldest go first. */
const REMEMBERED = 65_536;
/** A connection is accepted within the client's timeout of it being established, or never. */
const TOLERANCE_MILLIS = 2500;

/** Which remote ends a server accepted, to tell where a connection went that was never answered. */
export class AcceptLog {
  #times = new Map<string, number[]>();
  #open = 0;
  #accepted = 0;

  record(socket: Socket): void {
    this.#accepted += 1;
    this.#open += 1;
    socket.once('close', () => {
      this.#open -= 1;
    });
    const key = `${socket.remoteAddress} ${socket.remotePort}`;
    const times = this.#times.get(key);
    // A client's ports come round again: an earlier connection from the same one is not forgotten for it.
    if (times === undefined) this.#times.set(key, [Date.now()]);
    else times.push(Date.now());
    if (this.#times.size <= REMEMBERED) return;
    const [oldest] = this.#times.keys();
    if (oldest !== undefined) this.#times.delete(oldest);
  }

  /** The accepted connections that are still open. */
  get open(): number {
    return this.#open;
  }

  get accepted(): number {
    return this.#accepted;
  }

  has({ addresses, port, at }: AcceptedQuery): boolean {
    return addresses.some((address) => {
      const times = this.#times.get(`${address} ${port}`) ?? [];
      return times.some((time) => Math.abs(time - at) <= TOLERANCE_MILLIS);
    });
  }
}
