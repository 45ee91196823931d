import type { Names } from '../names.ts';
import { field, path, text } from '../read/value.ts';
import { ApiError } from './api-error.ts';
import { type Access, getLines } from './request.ts';

/** The server ends a watch after this; the spread keeps the watches of many clients apart. */
const WATCH_SECONDS = 240;
const SPREAD_SECONDS = 60;
/** A connection that is silent for longer than its watch may last is dead. */
const GRACE_SECONDS = 30;

export interface Watched {
  /** Where the next watch goes on; `null` when the server does not remember: everything is listed again. */
  readonly version: string | null;
  /** Whether anything came: a server that ends every watch at once must not be asked again at once. */
  readonly progress: boolean;
}

/** Follows what happens below a path after `version` until the server ends the watch. Rejects with ApiError. */
export async function watch(
  access: Access,
  from: string,
  version: string,
  names: Names,
  signal: AbortSignal,
): Promise<Watched> {
  const seconds = WATCH_SECONDS + Math.floor(Math.random() * SPREAD_SECONDS);
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
    resourceVersion: version,
  });
  let last = version;
  let progress = false;
  try {
    for await (const line of getLines(access, `${from}?${query}`, (seconds + GRACE_SECONDS) * 1000, signal)) {
      const type = field(line, 'type');
      const object = field(line, 'object');
      if (type === 'ERROR') throw ApiError.of(Number(field(object, 'code')) || 500, object);
      if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
        names.apply({ type, object, at: Date.now() * 1000 });
      } else if (type !== 'BOOKMARK') {
        // Half a line, or something new: what it said is not known, so everything is read again.
        return { version: null, progress };
      }
      last = text(path(object, 'metadata', 'resourceVersion')) ?? last;
      progress = true;
    }
    return { version: last, progress };
  } catch (error) {
    // Expired: not a failure, the server merely forgot how to get from there to here.
    if (error instanceof ApiError && error.status === 410) return { version: null, progress };
    throw error;
  }
}
