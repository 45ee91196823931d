import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { FaultlineError } from '../../probe/index.ts';
import { type AppOptions, createApp } from './app.ts';
import type { Sources } from './sources.ts';

export interface Listen {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface Served {
  /** Address of the page, with the port that was taken. */
  readonly url: string;
  /** Ends open streams and stops listening. */
  close(): Promise<void>;
}

/** Serves the API and the page until closed. */
export async function serve(
  options: Sources & Omit<AppOptions, 'host'> & { listen: Listen },
): Promise<Served> {
  const { host, port } = options.listen;
  const app = createApp(options, { ...options, host });
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host });
  if ('requestTimeout' in server) {
    // A peer that sends its request a byte at a time must not hold a socket for long.
    server.requestTimeout = 30_000;
    server.headersTimeout = 10_000;
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(cause, options.listen)));
    server.listen(port, host, () => resolve());
  });
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function cannotListen(cause: Error, { host, port }: Listen): FaultlineError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new FaultlineError(
      'FL-560',
      `The address ${host}:${port} is already taken by another program`,
      `Stop that program, or choose another port with --listen ${host}:${port + 1}.`,
      { cause },
    );
  }
  return new FaultlineError(
    'FL-561',
    `Cannot listen on ${host}:${port} (${code ?? cause.message})`,
    'Choose an address of this machine and a port above 1023 with --listen.',
    { cause },
  );
}
