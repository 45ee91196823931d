import { field, path, text } from '../read/value.ts';
import { ApiError } from './api-error.ts';
import { type Access, getJson } from './request.ts';

const PAGE = 500;
/** A page token that expires makes the LIST start over; so often, and then it is read in one piece. */
const MAX_RESTARTS = 2;

export interface Listing {
  readonly objects: readonly unknown[];
  /** Where a watch goes on; opaque. */
  readonly version: string;
}

/** Reads all objects below a path. Rejects with ApiError. */
export async function list(access: Access, from: string, signal: AbortSignal): Promise<Listing> {
  for (let restart = 0; ; restart++) {
    try {
      return await listOnce(access, from, restart < MAX_RESTARTS ? PAGE : 0, signal);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 410 && restart < MAX_RESTARTS)) throw error;
    }
  }
}

async function listOnce(access: Access, from: string, limit: number, signal: AbortSignal): Promise<Listing> {
  const objects: unknown[] = [];
  let token: string | null = null;
  do {
    const query = new URLSearchParams(limit === 0 ? {} : { limit: String(limit) });
    if (token !== null) query.set('continue', token);
    const page = await getJson(access, `${from}?${query}`, signal);
    const found = field(page, 'items');
    const version = text(path(page, 'metadata', 'resourceVersion'));
    // A list without objects has `null` here on some servers.
    if (version === null || !(Array.isArray(found) || found === null))
      throw new ApiError(null, 'the answer is no list');
    for (const object of found ?? []) objects.push(slim(object));
    token = text(path(page, 'metadata', 'continue'));
    if (token === null) return { objects, version };
  } while (limit > 0);
  throw new ApiError(null, 'the server pages a list that was asked for whole');
}

/** A third of a pod is bookkeeping of who set which field; it is not kept while the other pages come. */
function slim(object: unknown): unknown {
  const metadata = field(object, 'metadata');
  if (typeof metadata === 'object' && metadata !== null) Reflect.deleteProperty(metadata, 'managedFields');
  return object;
}
