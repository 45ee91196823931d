import { randomUUID } from 'node:crypto';
import { apiVersion, type Resource } from './kinds.ts';
import { type Status, status } from './status.ts';
import type { ObjectStore, StoredObject } from './store.ts';

/** What is left of a LIST that was asked for page by page; all its pages show one state. */
interface Rest {
  readonly version: number;
  readonly items: readonly StoredObject[];
}

/** Unfinished LISTs kept; the oldest is forgotten first and its token answers 410. */
const MAX_TOKENS = 256;

/** Answers LISTs, whole or in pages. Items carry no kind and apiVersion, as on real servers. */
export class Lister {
  readonly #store: ObjectStore;
  readonly #tokens = new Map<string, Rest>();

  constructor(store: ObjectStore) {
    this.#store = store;
    store.onExpired(() => this.#tokens.clear());
  }

  list(resource: Resource, namespace: string | null, query: URLSearchParams): object | Status {
    const token = query.get('continue') ?? '';
    const rest = token === '' ? this.#fresh(resource, namespace) : this.#tokens.get(token);
    if (rest === undefined)
      return status(410, 'The provided continue parameter is too old to display a list');
    const limit = Number(query.get('limit') ?? 0) || rest.items.length;
    const left = rest.items.slice(limit);
    const metadata = {
      resourceVersion: String(rest.version),
      ...(left.length === 0
        ? {}
        : { continue: this.#keep({ ...rest, items: left }), remainingItemCount: left.length }),
    };
    return {
      kind: `${resource.kind}List`,
      apiVersion: apiVersion(resource),
      metadata,
      items: rest.items.slice(0, limit).map(({ kind: _, apiVersion: __, ...item }) => item),
    };
  }

  #fresh(resource: Resource, namespace: string | null): Rest {
    return { version: this.#store.version, items: this.#store.list(resource.kind, namespace) };
  }

  #keep(rest: Rest): string {
    const token = Buffer.from(randomUUID()).toString('base64url');
    this.#tokens.set(token, rest);
    if (this.#tokens.size > MAX_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value!);
    return token;
  }
}
