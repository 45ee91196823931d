import { FaultlineError } from '../probe/index.ts';

/** What DuckDB says, matched once, here. */
const CAUSES: readonly (readonly [
  pattern: RegExp,
  make: (path: string, cause: unknown) => FaultlineError,
])[] = [
  [/Could not set lock|Conflicting lock/, (path, cause) => locked(path, holder(cause), cause)],
  [/No space left|ENOSPC/, diskFull],
  [/No such file or directory|database does not exist/, noFile],
  [/Permission denied|[Rr]ead-?only|Is a directory/, notAllowed],
  [
    /not a valid DuckDB|read enough bytes|[Cc]orrupt|checksum|serializ|storage version|newer version|INTERNAL|Could not read/,
    (path, cause) => notAStore(path, 'it is not a DuckDB file, or a damaged one', cause),
  ],
];

/** The coded error behind a failure of DuckDB on a store's file. */
export function storeError(path: string, cause: unknown): FaultlineError {
  if (cause instanceof FaultlineError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const known = CAUSES.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1](path, cause);
  return new FaultlineError(
    'FL-308',
    `The store ${path} failed: ${text.split('\n')[0]}`,
    'Start faultline again; if it fails again, keep the file and start with a new one.',
    { cause },
  );
}

export function noFile(path: string, cause?: unknown): FaultlineError {
  return new FaultlineError(
    'FL-301',
    `There is no ${path}, or its directory does not exist`,
    'Check the path, or create the directory.',
    { cause },
  );
}

export function notAStore(path: string, why: string, cause?: unknown): FaultlineError {
  return new FaultlineError(
    'FL-302',
    `${path} is not a faultline store: ${why}`,
    'Give a file that faultline wrote, or a path where nothing is yet.',
    { cause },
  );
}

export function wrongVersion(path: string, found: string, wanted: number): FaultlineError {
  return new FaultlineError(
    'FL-303',
    `The store ${path} has schema version ${found}, this faultline reads version ${wanted}`,
    'Open it with the faultline that wrote it, or start with a new file.',
  );
}

export function locked(path: string, by: string, cause?: unknown): FaultlineError {
  return new FaultlineError(
    'FL-304',
    `The store ${path} is in use by ${by}`,
    'Stop the other one, ask it over HTTP, or take a capture there and read that.',
    { cause },
  );
}

function diskFull(path: string, cause: unknown): FaultlineError {
  return new FaultlineError(
    'FL-305',
    `The disk of ${path} is full`,
    'Make room; what could not be written is kept in memory for a short while and then counted as dropped.',
    { cause },
  );
}

function notAllowed(path: string, cause: unknown): FaultlineError {
  return new FaultlineError(
    'FL-306',
    `The store ${path} cannot be opened here: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Give a file that this user may read and write.',
    { cause },
  );
}

function holder(cause: unknown): string {
  const found = /held in (\S+) \(PID (\d+)\)/.exec(cause instanceof Error ? cause.message : '');
  return found === null ? 'another process' : `process ${found[2]} (${found[1]})`;
}
