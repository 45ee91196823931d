import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from './index.ts';

let server: ApiServer;

beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.close());

const pod = (name: string, ip = '10.0.0.1') => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  status: { podIP: ip },
});

interface Item {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
}

interface Body extends Item {
  readonly metadata: Item['metadata'] & { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Item[];
  readonly status: { readonly podIP: string };
}

const namesOf = (body: Body): readonly string[] => body.items.map(({ metadata }) => metadata.name);

async function get(path: string): Promise<{ code: number; body: Body }> {
  const response = await fetch(server.url + path);
  return { code: response.status, body: (await response.json()) as Body };
}

/** Lines of a watch, one by one; the generator ends when the server ends the stream. */
async function* watch(path: string): AsyncGenerator<{ type: string; object: Body }> {
  const response = await fetch(server.url + path);
  for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
    yield JSON.parse(line);
  }
}

test('an applied object has a uid, a creation time and the latest resourceVersion', () => {
  const made = server.apply(pod('a'));
  expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const changed = server.apply(pod('a', '10.0.0.2'));
  expect(changed.metadata.uid).toBe(made.metadata.uid);
  expect(Number(changed.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
  expect(server.apply(pod('a', '10.0.0.2'))).toBe(changed);
});

test('pages of a list show one state and carry no kind in their items', async () => {
  for (const name of ['a', 'b', 'c']) server.apply(pod(name));
  const first = await get('/api/v1/pods?limit=2');
  server.remove('Pod', 'shop', 'c');
  const second = await get(`/api/v1/pods?limit=2&continue=${first.body.metadata.continue}`);
  expect(namesOf(first.body)).toEqual(['a', 'b']);
  expect(namesOf(second.body)).toEqual(['c']);
  expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  expect(first.body.items[0]!.kind).toBeUndefined();
  expect(first.body.kind).toBe('PodList');
});

test('a watch goes on from a resourceVersion and ends cleanly with a bookmark', async () => {
  const { body } = await get('/api/v1/pods');
  server.apply(pod('a'));
  server.apply({ kind: 'Node', metadata: { name: 'n1' } });
  const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${body.metadata.resourceVersion}`;
  const types: string[] = [];
  for await (const { type, object } of watch(`/api/v1/pods?${query}`)) {
    types.push(type);
    if (type === 'ADDED') server.apply(pod('a', '10.0.0.9'));
    if (type === 'MODIFIED') server.remove('Pod', 'shop', 'a');
    if (type === 'DELETED') expect(object.status.podIP).toBe('10.0.0.9');
  }
  expect(types).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);
});

test('expiry ends open watches with an ERROR event and refuses what is older', async () => {
  server.apply(pod('a'));
  const { body } = await get('/api/v1/pods?limit=1');
  const from = `/api/v1/pods?watch=1&resourceVersion=${body.metadata.resourceVersion}`;
  const open = watch(from);
  const next = open.next();
  server.apply(pod('b'));
  expect((await next).value?.type).toBe('ADDED');
  server.expire();
  const error = (await open.next()).value;
  expect(error).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  expect((await open.next()).done).toBe(true);
  expect((await watch(from).next()).value).toMatchObject({ type: 'ERROR', object: { code: 410 } });
});

test('unknown resources are 404, refused ones what was asked, and a name is found', async () => {
  server.apply(pod('a'));
  expect((await get('/apis/example.org/v1/widgets')).code).toBe(404);
  expect((await get('/api/v1/namespaces/shop/pods/a')).body.metadata.name).toBe('a');
  server.refuse('Pod', 403);
  expect(await get('/api/v1/pods')).toMatchObject({
    code: 403,
    body: { kind: 'Status', reason: 'Forbidden' },
  });
  server.refuse('Pod', null);
  expect((await get('/api/v1/pods')).code).toBe(200);
});

test('a server that comes back on its port goes on with the old objects', async () => {
  server.apply(pod('a'));
  await server.close();
  server = await startApiServer({ port: server.port, store: server.store });
  expect((await get('/api/v1/pods')).body.items).toHaveLength(1);
  expect(server.snapshot()).toMatchObject({ kind: 'List', items: [{ kind: 'Pod', apiVersion: 'v1' }] });
});

test('old servers have EndpointSlices under v1beta1 only, or not at all', async () => {
  await server.close();
  server = await startApiServer({ discovery: 'v1beta1' });
  expect((await get('/apis/discovery.k8s.io/v1/endpointslices')).code).toBe(404);
  expect((await get('/apis/discovery.k8s.io/v1beta1/endpointslices')).code).toBe(200);
});
