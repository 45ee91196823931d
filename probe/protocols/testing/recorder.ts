import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Said } from './conversation.ts';

/** A proxy in front of a real server that writes down what both sides say. */
export interface Recorder {
  /** On 127.0.0.1. */
  readonly port: number;
  /** One list for each connection, in the order in which they were made. */
  readonly connections: readonly (readonly Said[])[];
  close(): Promise<void>;
}

/**
 * @param target port on 127.0.0.1, or the path of a Unix socket
 * @param kept most bytes that are kept of one call; the rest is only counted
 */
export async function record(target: number | string, kept = Number.POSITIVE_INFINITY): Promise<Recorder> {
  const connections: Said[][] = [];
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const said: Said[] = [];
    connections.push(said);
    const began = process.hrtime.bigint();
    const upstream =
      typeof target === 'number'
        ? connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
        : connect({ path: target, allowHalfOpen: true });
    const pass = (from: Socket, to: Socket, direction: Said['direction']) => {
      open.add(from);
      from.on('data', (bytes) => {
        const micros = Number((process.hrtime.bigint() - began) / 1000n);
        said.push({
          direction,
          micros,
          length: bytes.length,
          bytes: new Uint8Array(bytes.subarray(0, kept)),
        });
        to.write(bytes);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroySoon();
      });
    };
    pass(client, upstream, 'request');
    pass(upstream, client, 'response');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
