import { existsSync } from 'node:fs';
import { type EdgeReader, openStore, type Period, writeCapture } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { connectStore } from '../pipeline/remote.ts';
import type { Options } from './command.ts';

export const DEFAULT_STORE = 'faultline.duckdb';

/** A store opened for reading: the file itself, or the process that writes it right now. */
export interface OpenReader {
  readonly path: string;
  readonly reader: EdgeReader;
  readonly range: Period;
  /** Puts a period into one file. */
  readonly capture: (file: string, period: Period) => Promise<void>;
}

/**
 * Opens the store a reading command names, lets it work, closes it.
 * @throws FaultlineError FL-510 no such file, FL-511 nothing recorded in it
 */
export async function withReader<T>(options: Options, work: (open: OpenReader) => Promise<T>): Promise<T> {
  const path = options.text('store') ?? DEFAULT_STORE;
  const { close, ...opened } = await openShared(path);
  try {
    const range = await opened.reader.range();
    if (range === null) throw nothing(`${path} holds no connection yet`);
    return await work({ path, range, ...opened });
  } finally {
    await close();
  }
}

async function openShared(
  path: string,
): Promise<Pick<OpenReader, 'reader' | 'capture'> & { close(): Promise<void> }> {
  if (!existsSync(path)) throw nothing(`There is no ${path}: nothing is recorded yet`);
  try {
    return await openFile(path);
  } catch (cause) {
    if (!(cause instanceof FaultlineError && cause.code === 'FL-304')) throw cause;
    const remote = await connectStore(path);
    if (remote === null) throw cause;
    return { ...remote, close: async () => remote.close() };
  }
}

async function openFile(path: string) {
  const store = await openStore(path, { readOnly: true });
  return {
    reader: store,
    capture: (file: string, period: Period) => writeCapture(store, file, period),
    close: () => store.close(),
  };
}

function nothing(message: string): FaultlineError {
  const code = message.startsWith('There is no') ? 'FL-510' : 'FL-511';
  return new FaultlineError(
    code,
    message,
    'Start faultline up to record, or name a store with --store FILE.',
  );
}
