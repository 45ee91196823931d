import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FaultlineError } from '../probe/index.ts';
import { storeError } from './errors.ts';
import { type EdgeStore, openStore } from './store.ts';
import type { Period } from './types.ts';

/**
 * Writes one file with everything needed to look at a period elsewhere: facts merged to one row per window and leaf,
 * their endpoints, coverage and changes. The file appears whole or not at all, and replaces an older one. Throws
 * `FaultlineError`: FL-307 when it would replace the store itself, else as `openStore`.
 */
export async function writeCapture(store: EdgeStore, file: string, period: Period): Promise<void> {
  if (store.path !== ':memory:' && resolve(store.path) === resolve(file)) {
    throw new FaultlineError(
      'FL-307',
      `The capture ${file} would replace the store it is taken from`,
      'Give the capture another name.',
    );
  }
  const partial = `${file}.${process.pid}.partial`;
  try {
    await store.copyTo(partial, period);
    await rename(partial, file);
    await rm(`${file}.wal`, { force: true }); // of the file that was replaced
  } catch (cause) {
    await rm(partial, { force: true });
    await rm(`${partial}.wal`, { force: true });
    throw storeError(file, cause);
  }
}

/** Opens a capture read-only after reading all of it once, so that a damaged one fails here and not in a query. */
export function openCapture(file: string): Promise<EdgeStore> {
  return openStore(file, { readOnly: true, foreign: true });
}
