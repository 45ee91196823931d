import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { BpfError, BpfObject } from '../bpf-ringbuf-napi/index.js';
import { FaultlineError } from '../error.ts';

/**
 * @throws FaultlineError `FL-104` missing, `FL-105` everybody may write or replace it, `FL-106` no object
 */
export function openObject(file: string): BpfObject {
  const open = writableByAll(file);
  if (open !== null) throw openToAll(file, open);
  try {
    return BpfObject.open(file);
  } catch (error) {
    const code = error instanceof BpfError ? error.code : '';
    if (code === 'ENOENT') {
      throw new FaultlineError(
        'FL-104',
        `The kernel programs are not built: ${file} is missing.`,
        'Run `npm run build:probe`.',
        {
          cause: error,
        },
      );
    }
    if (code === 'EACCES') {
      throw openToAll(file, file, error);
    }
    throw refusedByKernel(error);
  }
}

export function refusedByKernel(error: unknown): FaultlineError {
  const log = error instanceof BpfError && error.log !== '' ? `\n${error.log}` : '';
  return new FaultlineError(
    'FL-106',
    `The kernel refused the probe: ${(error as Error).message}${log}`,
    'Linux 6.1 or newer with BTF is needed; `faultline doctor` tells what this kernel has.',
    { cause: error },
  );
}

function openToAll(file: string, open: string, cause?: unknown): FaultlineError {
  const what = open === file ? 'write' : `replace files in ${open}, so also`;
  return new FaultlineError(
    'FL-105',
    `Everybody may ${what} ${file}, so anybody could run code in the kernel.`,
    `Check where it comes from, then run \`chmod o-w ${open}\`.`,
    { cause },
  );
}

/**
 * The folder in which everybody may put another file in the place of this one, or `null`. In a sticky folder, as /tmp is,
 * only owners replace theirs. The file itself is looked at where it is read.
 */
export function writableByAll(file: string): string | null {
  for (const start of [path.resolve(file), realPath(file)]) {
    for (let at = path.dirname(start); ; at = path.dirname(at)) {
      const mode = statSync(at, { throwIfNoEntry: false })?.mode ?? 0;
      if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return at;
      if (at === path.dirname(at)) break;
    }
  }
  return null;
}

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}
