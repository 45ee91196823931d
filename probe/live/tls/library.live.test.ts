import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../../.ci/needs.ts';
import { createSecureWorld, hear, type SecureWorld } from '../testing/secure.ts';
import { type Tapped, tap } from '../testing/tapped.ts';
import { type ClearText, followClearText } from './clear-text.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'openssl', 'nginx'] as const;
const PORT = 9443;

let tapped: Tapped;
let world: SecureWorld;
let clearText: ClearText;

beforeAll(async () => {
  if (missing(...NEEDS) !== null) return;
  tapped = tap({ clearText: true });
  world = createSecureWorld(tapped.netns);
  await world.nginx(
    `server { listen ${PORT} ssl http2; location / { return 200 "path $request_uri port $remote_port\\n"; } }`,
    PORT,
  );
  clearText = followClearText(tapped.object, { processes: ['nginx', 'curl'] });
  clearText.follow(0);
});

afterAll(async () => {
  clearText?.close();
  await world?.close();
  tapped?.close();
});

test('nginx and curl, HTTP/1.1 with keep-alive: both ends heard the same, to the byte', (context) => {
  needs(context, ...NEEDS);
  expect(clearText.feature()).toMatchObject({ state: 'on' });
  const urls = ['one', 'two', 'three'].map((name) => `https://127.0.0.1:${PORT}/${name}`);
  const printed = tapped.run('curl', '-sk', '--http1.1', ...urls);
  const heard = hear(tapped.chunks());
  expect(heard.map(({ role }) => role).sort()).toEqual(['client', 'server']);
  const client = heard.find(({ role }) => role === 'client')!;
  const server = heard.find(({ role }) => role === 'server')!;
  expect(client.sent).toBe(server.received);
  expect(client.received).toBe(server.sent);
  expect(client.sent.match(/^GET .*$/gm)).toHaveLength(3);
  for (const line of printed.trim().split('\n')) expect(client.received).toContain(line);
  expect(tapped.counters().clearUntied).toBe(0);
});

test('curl and nginx, HTTP/2 by ALPN', (context) => {
  needs(context, ...NEEDS);
  tapped.run('curl', '-sk', '--http2', `https://127.0.0.1:${PORT}/h2`);
  const heard = hear(tapped.chunks());
  const client = heard.find(({ role }) => role === 'client')!;
  const server = heard.find(({ role }) => role === 'server')!;
  expect(client.sent.startsWith('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toBe(true);
  /* curl leaves without reading the answer to its own settings. */
  expect(server.sent.startsWith(client.received)).toBe(true);
  expect(client.sent.startsWith(server.received)).toBe(true);
});
