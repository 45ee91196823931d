import type { Names } from '../names.ts';
import { ApiError } from './api-error.ts';
import { Backoff, pause } from './backoff.ts';
import { list } from './list.ts';
import type { Access } from './request.ts';
import type { Resource, Source } from './resources.ts';
import { watch } from './watch.ts';

/** A kind that may not be read, or does not exist, is asked for again after this: rights and servers change. */
const REFUSED_MILLIS = 60_000;

/** How it stands with one resource. */
export type FollowState =
  | { readonly is: 'watching'; readonly source: Source }
  | { readonly is: 'refused' | 'away'; readonly error: ApiError };

/**
 * Keeps one resource up to date until the signal is aborted: a LIST, then watches from where it ended; a LIST again
 * whenever the server lost the thread. Never rejects; `report` gets every change of how it stands.
 */
export async function follow(
  access: Access,
  resource: Resource,
  names: Names,
  report: (state: FollowState) => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff();
  let source: Source | null = null;
  let version: string | null = null;
  while (!signal.aborted) {
    try {
      if (source === null || version === null) {
        ({ source, version } = await start(access, resource, names, signal));
        report({ is: 'watching', source });
      }
      const watched = await watch(access, source.path, version, names, signal);
      version = watched.version;
      if (watched.progress) backoff.reset();
      if (!watched.progress || version === null) await backoff.wait(signal);
    } catch (cause) {
      if (signal.aborted) return;
      const error = ApiError.from(cause);
      // After a break everything is listed again: a server restored from a backup counts its versions anew, and a
      // watch from a version of the future is silent for ever.
      version = null;
      const refused = error.status === 403 || error.status === 404 || error.status === 405;
      report({ is: refused ? 'refused' : 'away', error });
      if (refused) await pause(REFUSED_MILLIS * (0.5 + Math.random()), signal);
      else await backoff.wait(signal);
    }
  }
}

/** The first LIST, from the best source the server has. */
async function start(
  access: Access,
  { sources }: Resource,
  names: Names,
  signal: AbortSignal,
): Promise<{ readonly source: Source; readonly version: string }> {
  for (const [i, source] of sources.entries()) {
    try {
      const { objects, version } = await list(access, source.path, signal);
      names.replace(source.kind, objects, Date.now() * 1000);
      return { source, version };
    } catch (error) {
      const last = i === sources.length - 1;
      if (last || !(error instanceof ApiError && error.status === 404)) throw error;
    }
  }
  throw new ApiError(404, 'the resource has no source');
}
