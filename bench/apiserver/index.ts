import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiVersion, parseTarget, RESOURCES, type Resource } from './kinds.ts';
import { Lister } from './list.ts';
import { type Status, status } from './status.ts';
import { type ObjectInput, ObjectStore, type StoredObject } from './store.ts';
import { streamWatch } from './watch.ts';

export type { ObjectInput, StoredObject } from './store.ts';

export interface ApiServerOptions {
  /** 0, the default, lets the kernel choose. */
  readonly port?: number;
  /** Time between bookmarks on a watch; real servers send one about every minute. */
  readonly bookmarkMillis?: number;
  /** Objects to go on with, e.g. those of a server that was closed: `closed.store`. */
  readonly store?: ObjectStore;
  /** `v1beta1` serves EndpointSlices as Kubernetes 1.17 to 1.20 did, `none` as those before: not at all. */
  readonly discovery?: 'v1' | 'v1beta1' | 'none';
}

/** A Kubernetes List of everything, as `kubectl get -o json` prints it. */
export interface ObjectList {
  readonly kind: 'List';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly StoredObject[];
}

/**
 * A test double of the Kubernetes API: read-only over plain HTTP on 127.0.0.1 (list with limit and continue, watch with
 * bookmarks and timeoutSeconds, get), changed from the program that started it. It authorizes everybody.
 */
export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly store: ObjectStore;
  /** Creates or replaces an object and tells the watchers. Throws RangeError on a kind it does not serve. */
  apply(object: ObjectInput): StoredObject;
  /** False when there was no such object. `namespace` is ignored for kinds without one. */
  remove(kind: string, namespace: string | undefined, name: string): boolean;
  list(kind?: string): readonly StoredObject[];
  snapshot(): ObjectList;
  /** Open watches get the ERROR event of code 410; older resourceVersions and page tokens are refused from now on. */
  expire(): void;
  /** Answers every request for a kind with this HTTP status (403, 404, 500, …) until it is given `null`. */
  refuse(kind: string, code: number | null): void;
  /** Closes the port and cuts every open answer, as a killed server does. */
  close(): Promise<void>;
}

/** Starts the double; rejects with the system's error when the port is taken. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const store = options.store ?? new ObjectStore();
  const lister = new Lister(store);
  const refused = new Map<string, number>();
  const resources = served(options.discovery ?? 'v1');
  const bookmarkMillis = options.bookmarkMillis ?? 60_000;

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const target = parseTarget(url.pathname);
    if (target === null) return answer(response, wellKnown(url.pathname));
    const resource = resources.find(
      (known) => known.plural === target.plural && apiVersion(known) === target.apiVersion,
    );
    if (resource === undefined) return answer(response, NOT_FOUND);
    const code = refused.get(resource.kind);
    if (code !== undefined) return answer(response, refusal(resource, request, code));
    if (request.method !== 'GET') return answer(response, status(405, 'this server is read-only'));
    if (target.name !== null) {
      const named = store.list(resource.kind, target.namespace);
      const found = named.find(({ metadata }) => metadata.name === target.name);
      return answer(response, found ?? status(404, `${resource.plural} "${target.name}" not found`));
    }
    const watch = url.searchParams.get('watch');
    if (watch === 'true' || watch === '1') {
      return streamWatch(store, resource, target.namespace, url.searchParams, response, bookmarkMillis);
    }
    answer(response, lister.list(resource, target.namespace, url.searchParams));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    store,
    apply: (object) => store.apply(object),
    remove: (kind, namespace, name) => store.remove(kind, namespace, name),
    list: (kind) => store.list(kind),
    snapshot: () => ({
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(store.version) },
      items: store.list(),
    }),
    expire: () => store.expire(),
    refuse: (kind, code) => {
      if (code === null) refused.delete(kind);
      else refused.set(kind, code);
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

const NOT_FOUND = status(404, 'the server could not find the requested resource');

function served(discovery: NonNullable<ApiServerOptions['discovery']>): readonly Resource[] {
  if (discovery === 'v1') return RESOURCES;
  const others = RESOURCES.filter(({ kind }) => kind !== 'EndpointSlice');
  if (discovery === 'none') return others;
  const slices = RESOURCES.filter(({ kind }) => kind === 'EndpointSlice');
  return [...others, ...slices.map((resource) => ({ ...resource, version: 'v1beta1' }))];
}

function wellKnown(path: string): object {
  if (path === '/version') return { major: '1', minor: '30', gitVersion: 'v1.30.0-faultline-double' };
  if (path === '/readyz' || path === '/livez' || path === '/healthz') return { status: 'ok' };
  return NOT_FOUND;
}

function refusal(resource: Resource, request: IncomingMessage, code: number): Status {
  const verb = request.url?.includes('watch=') ? 'watch' : 'list';
  return status(code, `${resource.plural} is refused: cannot ${verb} resource "${resource.plural}"`);
}

function answer(response: ServerResponse, body: object): void {
  const code = 'kind' in body && body.kind === 'Status' && 'code' in body ? Number(body.code) : 200;
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
