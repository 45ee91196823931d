import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EdgeStore, openStore, WINDOW_MICROS } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { type Served, serve } from './serve.ts';
import { SHOP_END, SHOP_START, writeShop } from './shop-fixture.ts';

let store: EdgeStore;
let served: Served;

beforeAll(async () => {
  store = await openStore(':memory:');
  await writeShop(store);
  served = await serve({ reader: store, live: true, version: '1', listen: { host: '127.0.0.1', port: 0 } });
});
afterAll(async () => {
  await served.close();
  await store.close();
});

test('serves over a real port', async () => {
  expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${served.url}/api/v1/map?service=cart`);
  expect(response.status).toBe(200);
  expect(((await response.json()) as { centre: string }).centre).toBe('shop/cart');
});

test('an address that is taken says which and what to do', async () => {
  const port = Number(new URL(served.url).port);
  const listen = { host: '127.0.0.1', port };
  const error = await serve({ reader: store, live: false, version: '1', listen }).catch((cause) => cause);
  expect(error).toBeInstanceOf(FaultlineError);
  expect(error).toMatchObject({ code: 'FL-560' });
  expect(error.message).toContain(`127.0.0.1:${port}`);
  expect(error.hint).toContain('--listen');
});

test('an address that is not of this machine is a coded error', async () => {
  const listen = { host: '192.0.2.1', port: 1 };
  await expect(serve({ reader: store, live: false, version: '1', listen })).rejects.toMatchObject({
    code: 'FL-561',
  });
});

/** Status of a request that names another host than it is sent to, as a rebound page would. */
function asHost(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${served.url}/api/v1`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('a name that was made to point at loopback is refused', async () => {
  const { port } = new URL(served.url);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST', `[::1]:${port}`]) {
    expect(await asHost(host), host).toBe(200);
  }
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ]) {
    expect(await asHost(host), host).toBe(403);
  }
});

/** Reads events of a stream until one satisfies the caller. */
async function until(
  stream: ReadableStream<Uint8Array>,
  wanted: (event: { name: string; id: string; data: unknown }) => boolean,
): Promise<{ id: string; data: unknown }> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended: ${text}`);
      text += value;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string): string =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
        const event = { name: field('event'), id: field('id'), data: JSON.parse(field('data')) as unknown };
        if (wanted(event)) return event;
      }
    }
  } finally {
    await reader.cancel();
  }
}

test('listening pages get the state at once and an event with the next complete window', async () => {
  const abort = new AbortController();
  const response = await fetch(`${served.url}/api/v1/events`, { signal: abort.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const [first, second] = response.body!.tee();
  const before = await until(first, ({ name }) => name === 'state');
  expect(before.id).toBe(String(SHOP_END));
  expect(before.data).toMatchObject({ live: true, counts: { bad: 3 }, at: '2025-11-20T03:13:00.000Z' });
  const later = until(second, ({ name, id }) => name === 'state' && id !== before.id);
  const quiet = { reporting: true, seen: 1, lost: 0, ends: 2, unresolved: 0, level: 0 };
  await store.addCoverage([{ window: SHOP_END, node: 'n1', ...quiet }]);
  expect((await later).id).toBe(String(SHOP_END + WINDOW_MICROS));
  abort.abort();
});

test('closing ends open streams', async () => {
  const other = await serve({
    reader: store,
    live: true,
    version: '1',
    listen: { host: '127.0.0.1', port: 0 },
  });
  const response = await fetch(`${other.url}/api/v1/events`);
  const text = response.text().catch(() => 'cut');
  await other.close();
  await text;
  await expect(fetch(`${other.url}/healthz`)).rejects.toThrow();
  expect(SHOP_START).toBeLessThan(SHOP_END);
});
