import type { ServerResponse } from 'node:http';
import { apiVersion, type Resource } from './kinds.ts';
import { status } from './status.ts';
import type { ObjectStore, StoreEvent } from './store.ts';

/** The API server's own longest watch when the client names none. */
const DEFAULT_TIMEOUT_SECONDS = 1800;

/**
 * Streams the changes of one resource: those after `resourceVersion` (all present objects as ADDED when it is absent or
 * 0), then live ones. Bookmarks come at an interval and before the clean end at timeoutSeconds. A resourceVersion that
 * is too old, now or later, gives one ERROR event of code 410 and a clean end.
 */
export function streamWatch(
  store: ObjectStore,
  resource: Resource,
  namespace: string | null,
  query: URLSearchParams,
  response: ServerResponse,
  bookmarkMillis: number,
): void {
  const write = (type: string, object: unknown): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const matches = ({ object }: StoreEvent): boolean =>
    object.kind === resource.kind && (namespace === null || object.metadata.namespace === namespace);
  const bookmark = (): void => {
    if (query.get('allowWatchBookmarks') !== 'true') return;
    const metadata = { resourceVersion: String(store.version), creationTimestamp: null };
    write('BOOKMARK', { kind: resource.kind, apiVersion: apiVersion(resource), metadata });
  };
  const end = (): void => {
    response.end();
  };
  const expired = (): void => {
    write(
      'ERROR',
      status(410, `too old resource version: ${query.get('resourceVersion') ?? 0} (${store.version})`),
    );
    end();
  };

  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  const from = Number(query.get('resourceVersion') ?? 0);
  if (from === 0) {
    for (const object of store.list(resource.kind, namespace)) write('ADDED', object);
  } else {
    const missed = store.since(from);
    if (missed === null) {
      expired();
      return;
    }
    for (const event of missed) if (matches(event)) write(event.type, event.object);
  }

  const stopEvents = store.onEvent((event) => {
    if (matches(event)) write(event.type, event.object);
  });
  const stopExpired = store.onExpired(expired);
  const bookmarks = setInterval(bookmark, bookmarkMillis);
  const seconds = Number(query.get('timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS) || DEFAULT_TIMEOUT_SECONDS;
  const timeout = setTimeout(() => {
    bookmark();
    end();
  }, seconds * 1000);
  response.once('close', () => {
    stopEvents();
    stopExpired();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
}
