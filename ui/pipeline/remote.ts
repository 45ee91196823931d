import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type EdgeReader, type Period, rowsQuery } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { READER_METHODS, type ReaderMethod, socketPath } from './share.ts';

/** The edge table of a process that is writing it, asked over its socket. */
export interface RemoteStore {
  readonly reader: EdgeReader;
  readonly capture: (file: string, period: Period) => Promise<void>;
  readonly close: () => void;
}

/** Connects to whoever has the store open; `null` when nobody answers there. */
export async function connectStore(store: string): Promise<RemoteStore | null> {
  const socket = connect(socketPath(store));
  try {
    await once(socket, 'connect');
  } catch {
    return null;
  }
  const ask = caller(socket);
  const reader = Object.fromEntries(
    READER_METHODS.map((method: ReaderMethod) => [method, (...args: unknown[]) => ask(method, args)]),
  ) as unknown as Omit<EdgeReader, 'rowsQuery'>;
  return {
    reader: { ...reader, rowsQuery },
    capture: async (file, period) => {
      await ask('capture', [file, period]);
    },
    close: () => socket.destroy(),
  };
}

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly failed: (error: Error) => void;
}

/** One call after the other on one connection; answers come in the order they are ready in, so calls wait in line. */
function caller(socket: Socket): (method: string, args: readonly unknown[]) => Promise<unknown> {
  let current: Waiting | null = null;
  let line: Promise<unknown> = Promise.resolve();
  const settle = (act: (waiting: Waiting) => void): void => {
    const waiting = current;
    current = null;
    if (waiting !== null) act(waiting);
  };
  createInterface({ input: socket }).on('line', (text) => settle((waiting) => read(text, waiting)));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => settle(({ failed }) => failed(gone())));
  return (method, args) => {
    const ask = (): Promise<unknown> =>
      new Promise((done, failed) => {
        if (socket.destroyed) return failed(gone());
        current = { done, failed };
        socket.write(`${JSON.stringify({ method, args })}\n`);
      });
    const answer = line.then(ask, ask);
    line = answer.catch(() => undefined);
    return answer;
  };
}

function read(text: string, { done, failed }: Waiting): void {
  const answer = JSON.parse(text) as {
    value?: unknown;
    error?: { code: `FL-${number}`; message: string; hint: string };
  };
  if (answer.error === undefined) done(answer.value);
  else failed(new FaultlineError(answer.error.code, answer.error.message, answer.error.hint));
}

function gone(): FaultlineError {
  return new FaultlineError(
    'FL-514',
    'The faultline that has the store open went away',
    'Run the command again.',
  );
}
