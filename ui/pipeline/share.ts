import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { EdgeReader } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';

/**
 * DuckDB lets one process have a file that is written to. The process that has it therefore answers the others: every
 * call of the edge reader as one JSON line over a Unix socket beside the store, for the same user only.
 */
export const READER_METHODS = [
  'range',
  'gaps',
  'nodes',
  'edges',
  'series',
  'leaves',
  'activity',
  'traits',
  'targets',
  'gauges',
  'coverage',
  'changes',
  'anomalies',
  'neighbourhood',
  'search',
] as const satisfies readonly (keyof EdgeReader)[];
export type ReaderMethod = (typeof READER_METHODS)[number];

/** What else the owner of a store does for others: put a period into a file. */
export interface SharedStore {
  readonly reader: EdgeReader;
  readonly capture: (file: string, period: { readonly from: number; readonly to: number }) => Promise<void>;
}

/** The kernel's limit on the path of a socket is 108 bytes. */
const MAX_SOCKET_PATH = 100;
/** A call is a name and a few names of workloads; whoever sends more is no reader of ours. */
const MAX_LINE = 1 << 20;

export function socketPath(store: string): string {
  const path = `${resolve(store)}.sock`;
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 24);
  return join(tmpdir(), `faultline-${name}.sock`);
}

/** Answers readers in other processes until closed. Call it only while the store is held. */
export async function shareStore(store: string, shared: SharedStore): Promise<() => void> {
  const path = socketPath(store);
  // Whoever holds the store owns the socket: one that is there is left over from a process that died.
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, shared);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    const mask = process.umask(0o177);
    server.listen(path, done);
    process.umask(mask);
  });
  return () => {
    server.close();
    for (const socket of connections) socket.destroy();
    rmSync(path, { force: true });
  };
}

function serve(socket: Socket, shared: SharedStore): void {
  let unread = 0;
  socket.on('data', (chunk) => {
    const end = chunk.lastIndexOf(0x0a);
    unread = end < 0 ? unread + chunk.length : chunk.length - end - 1;
    if (unread > MAX_LINE) socket.destroy();
  });
  const lines = createInterface({ input: socket });
  lines.on('error', () => socket.destroy());
  lines.on('line', async (line) => {
    const answer = await answered(line, shared);
    if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
  });
}

async function answered(line: string, { reader, capture }: SharedStore): Promise<unknown> {
  try {
    const { method, args } = JSON.parse(line) as { method: string; args: never[] };
    if (!Array.isArray(args)) throw new TypeError('not a call');
    if (method === 'capture') {
      await capture(...(args as unknown as Parameters<SharedStore['capture']>));
      return { value: null };
    }
    if (!READER_METHODS.includes(method as ReaderMethod)) throw new TypeError('no such call');
    const call = reader[method as ReaderMethod] as (...all: never[]) => Promise<unknown>;
    return { value: await call.apply(reader, args) };
  } catch (cause) {
    if (cause instanceof FaultlineError) {
      return { error: { code: cause.code, message: cause.message, hint: cause.hint } };
    }
    return {
      error: { code: 'FL-513', message: 'The running faultline could not answer', hint: 'See its output.' },
    };
  }
}
