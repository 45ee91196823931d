import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EdgeStore, openStore } from '../../graph/index.ts';
import { createApp } from './app.ts';
import { ProblemSchema } from './problem.ts';
import { AnomaliesSchema } from './routes/anomalies.ts';
import { CapacitySchema } from './routes/capacity.ts';
import { CoverageSchema } from './routes/coverage.ts';
import { DigestSchema } from './routes/digest.ts';
import { EdgeDetailSchema } from './routes/edge.ts';
import { EdgesSchema } from './routes/edges.ts';
import { MapSchema } from './routes/map.ts';
import { ObservationsSchema } from './routes/observations.ts';
import { ReportSchema } from './routes/report-schema.ts';
import { SearchSchema } from './routes/search.ts';
import { ServicesSchema } from './routes/services.ts';
import { SHOP_END, SHOP_START, writeShop } from './shop-fixture.ts';

let shop: EdgeStore;
let empty: EdgeStore;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  shop = await openStore(':memory:');
  empty = await openStore(':memory:');
  await writeShop(shop);
  app = createApp({ reader: shop, live: false, version: '1.2.3' });
});
afterAll(() => Promise.all([shop.close(), empty.close()]));

async function get(path: string, status = 200): Promise<unknown> {
  const response = await app.request(path);
  expect(response.status, `${path}: ${await response.clone().text()}`).toBe(status);
  return response.json();
}

async function problem(path: string, status: number) {
  const response = await app.request(path);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.status).toBe(status);
  return ProblemSchema.parse(await response.json());
}

test('the map of a workload: callers left, dependencies right, the bad edge marked with its signal', async () => {
  const map = MapSchema.parse(await get('/api/v1/map?service=checkout&hops=1'));
  expect(map.centre).toBe('shop/checkout');
  const hops = new Map(map.nodes.map((node) => [node.id, node.hops]));
  expect(hops.get('shop/frontend')).toBe(-1);
  expect(hops.get('shop/payment')).toBe(1);
  expect(hops.has('shop/redis')).toBe(false);
  expect(map.nodes.find((node) => node.id === 'shop/payment')).toMatchObject({
    kind: 'Deployment',
    pods: 4,
    versions: ['v2.11', 'v2.12'],
    status: 'bad',
  });
  const slow = map.edges.find((edge) => edge.server === 'shop/payment');
  expect(slow).toMatchObject({ status: 'bad', signal: { signal: 'latency' } });
  const fine = map.edges.find((edge) => edge.server === 'shop/currency' && edge.client === 'shop/checkout');
  expect(fine?.status).toBe('ok');
});

test('hops, direction and limit restrict the map, and what is left out is counted', async () => {
  const down = MapSchema.parse(await get('/api/v1/map?service=checkout&hops=2&direction=down'));
  expect(down.nodes.every((node) => node.hops >= 0)).toBe(true);
  const small = MapSchema.parse(await get('/api/v1/map?service=frontend&limit=4'));
  expect(small.nodes).toHaveLength(4);
  expect(small.folded.nodes).toBeGreaterThan(0);
  expect(small.folded.share).toBeGreaterThan(0);
});

test('a map of an earlier time shows that time', async () => {
  const before = MapSchema.parse(await get('/api/v1/map?service=checkout&hops=1&at=2025-11-20T03:00:00Z'));
  expect(before.at).toBe('2025-11-20T03:00:00.000Z');
  expect(before.edges.find((edge) => edge.server === 'shop/payment')?.status).toBe('ok');
  const zoned = MapSchema.parse(await get('/api/v1/map?service=checkout&at=2025-11-20T04:00:00%2B01:00'));
  expect(zoned.at).toBe(before.at);
});

test('one edge: now against usual, where the time goes, its ends and the rows behind it', async () => {
  const path = '/api/v1/edge?client=shop/checkout&server=shop/payment&port=50051';
  const edge = EdgeDetailSchema.parse(await get(path));
  expect(edge.now.latencyMs.p99).toBeGreaterThan(1000);
  expect(edge.usual?.numbers.latencyMs.p99).toBeLessThan(100);
  const { totalMs, networkMs, waitMs, serviceMs } = edge.time;
  expect(networkMs! + waitMs! + serviceMs!).toBeCloseTo(totalMs!);
  expect(edge.curve).toHaveLength(150);
  expect(edge.servers.instances).toHaveLength(4);
  const worst = [...edge.servers.instances].sort((a, b) => b.p99Ms! - a.p99Ms!)[0];
  expect(worst?.version).toBe('v2.12');
  expect(edge.crossZone?.share).toBeGreaterThan(0);
  expect(edge.crossZone?.share).toBeLessThan(1);
  expect(edge.rows).toMatch(/select/i);
  const period = '&usualFrom=2025-11-20T03:07:00Z&usualTo=2025-11-20T03:10:00Z';
  const against = EdgeDetailSchema.parse(await get(path + period));
  expect(against.usual?.numbers.latencyMs.p99).toBeGreaterThan(1000);
});

test('requests and failures of an edge add up to those of its instances', async () => {
  const edge = EdgeDetailSchema.parse(await get('/api/v1/edge?client=frontend&server=cart&port=7070'));
  for (const end of [edge.clients, edge.servers]) {
    const sum = (of: 'requests' | 'failedRequests') =>
      end.instances.reduce((total, row) => total + row[of], 0);
    expect(sum('requests')).toBe(edge.now.requests);
    expect(sum('failedRequests')).toBe(edge.now.failedRequests);
  }
});

test('why answers with the report of the command line', async () => {
  const report = ReportSchema.parse(await get('/api/v1/why?service=checkout'));
  expect(report.verdict).toBe('anomalous');
  expect(report.findings[0]?.domain).toEqual([{ side: 'server', tag: 'version', value: 'v2.12' }]);
  const before = ReportSchema.parse(
    await get('/api/v1/why?service=checkout&from=2025-11-20T02:58:00Z&to=2025-11-20T03:02:00Z'),
  );
  expect(before.verdict).toBe('healthy');
});

test('what left its seasonal baseline is off while it is open, with its onset; what it is compared with is said', async () => {
  const store = await openStore(':memory:');
  await writeShop(store);
  const edge = {
    client: { namespace: 'shop', workload: 'cart' },
    server: { namespace: 'shop', workload: 'redis' },
    port: 6379,
  };
  const onset = SHOP_END - 300_000_000;
  const anomaly = {
    id: 'one',
    edge,
    channel: 'errors',
    signal: 'errors',
    onset,
    opened: onset + 120_000_000,
    seen: SHOP_END - 60_000_000,
    ended: null,
    lasting: false,
    was: 0.001,
    is: 0.2,
    unit: 'share',
    bad: 20,
    total: 100,
    requests: 100,
    evidence: 40,
    p: 1e-12,
    stepMicros: 60_000_000,
  };
  await store.putAnomalies([
    anomaly,
    { ...anomaly, id: 'over', edge: { ...edge, port: 1 }, ended: SHOP_END - 120_000_000 },
    { ...anomaly, id: 'told', edge: { ...edge, port: 2 }, signal: 'traffic', channel: 'more traffic' },
  ]);
  const past = {
    from: SHOP_START,
    to: SHOP_END,
    steps: 25,
    edges: 20,
    ready: 90,
    thin: 0,
    unwatched: 0,
    unseasoned: 0,
  };
  const ask = async (scores: () => { past: typeof past; open: [] }) => {
    const server = createApp({ reader: store, live: false, version: '1', scores });
    return AnomaliesSchema.parse(await (await server.request('/api/v1/anomalies')).json());
  };
  const ready = await ask(() => ({ past, open: [] }));
  expect(ready.counts.bad).toBe(4);
  expect(ready.anomalies.find(({ server }) => server === 'shop/redis')).toMatchObject({
    status: 'bad',
    signal: { signal: 'errors', was: 0.001, is: 0.2 },
    onset: new Date(onset / 1000).toISOString(),
    p: 1e-12,
  });
  expect(ready.seasonal).toMatchObject({ ready: true, text: expect.stringContaining('25 minutes') });
  const young = await ask(() => ({ past: { ...past, steps: 4, ready: 0 }, open: [] }));
  expect(young.seasonal).toMatchObject({ ready: false, text: expect.stringContaining('too little past') });
  await store.close();
});

test('the night and its incidents, as the command line tells them', async () => {
  const night = DigestSchema.parse(await get('/api/v1/digest?night=2025-11-19&zone=Europe/Berlin'));
  expect(night.quiet).toBe(false);
  expect(night.incidents[0]?.findings[0]?.domain).toEqual([
    { side: 'server', tag: 'version', value: 'v2.12' },
  ]);
  const recent = (await get('/api/v1/incidents')) as { incidents: { id: string }[] };
  expect(recent.incidents.map(({ id }) => id)).toEqual(night.incidents.map(({ id }) => id));
  for (const query of ['night=2031-01-01', 'zone=Mars/Olympus', 'night=yesterday']) {
    expect((await problem(`/api/v1/digest?${query}`, 400)).code).toBe('FL-551');
  }
});

test('what is off comes worst first; services by traffic; every edge; coverage; changes; search', async () => {
  const anomalies = AnomaliesSchema.parse(await get('/api/v1/anomalies'));
  expect(anomalies.counts.bad).toBe(3);
  expect(anomalies.anomalies.map((one) => one.server)).toContain('shop/payment');
  const services = ServicesSchema.parse(await get('/api/v1/services?limit=3'));
  expect(services.services).toHaveLength(3);
  expect(services.more).toBe(12);
  const rates = services.services.map((service) => service.requestsPerSecond);
  expect(rates).toEqual([...rates].sort((a, b) => b - a));
  const edges = EdgesSchema.parse(await get('/api/v1/edges'));
  expect(edges.edges).toHaveLength(20);
  expect(edges.edges[0]?.status).toBe('bad');
  const coverage = CoverageSchema.parse(await get('/api/v1/coverage'));
  expect(coverage).toMatchObject({ seen: 7200, lost: 0, gaps: [] });
  expect(coverage.nodes).toHaveLength(3);
  expect(await get('/api/v1/changes')).toMatchObject({ changes: [{ what: 'payment v2.11 → v2.12' }] });
  const found = SearchSchema.parse(await get('/api/v1/search?q=v2.12'));
  expect(found.hits.some((hit) => hit.service === 'shop/payment')).toBe(true);
  const typo = SearchSchema.parse(await get('/api/v1/search?q=chekout'));
  expect(typo).toMatchObject({ hits: [], nearest: ['shop/checkout'] });
  expect(await get('/api/v1/')).toMatchObject({
    version: '1.2.3',
    range: { from: '2025-11-20T02:48:00.000Z' },
  });
});

test('nothing is new, gone or filling up, and that is said', async () => {
  const seen = ObservationsSchema.parse(await get('/api/v1/observations'));
  expect(seen.missing).toBeNull();
  // Both versions are there from the first window on.
  expect(seen.events).toEqual([]);
  expect(CapacitySchema.parse(await get('/api/v1/capacity')).looked).toBeGreaterThanOrEqual(0);
  const backwards = 'from=2025-11-20T03:02:00Z&to=2025-11-20T02:58:00Z';
  expect(await problem(`/api/v1/observations?${backwards}`, 400)).toMatchObject({ code: 'FL-402' });
});

test('what cannot be answered is a problem that says what to do', async () => {
  expect(await problem('/api/v1/nothing', 404)).toMatchObject({ code: 'FL-550' });
  expect(await problem('/nothing', 404)).toMatchObject({ code: 'FL-550' });
  expect(await problem('/api/v1/map', 400)).toMatchObject({ code: 'FL-551' });
  for (const query of [
    'hops=0',
    'hops=5',
    'hops=x',
    'limit=151',
    'at=noon',
    'direction=in',
    `service=${'x'.repeat(2000)}`,
  ]) {
    const one = await problem(
      `/api/v1/map?service=cart&${query}`.replace('service=cart&service', 'service'),
      400,
    );
    expect(one.detail).toContain(query.split('=')[0]);
  }
  expect(await problem('/api/v1/map?service=chekout', 404)).toMatchObject({
    code: 'FL-552',
    nearest: ['shop/checkout'],
  });
  const ambiguous = await problem('/api/v1/why?service=c', 409);
  expect(ambiguous.candidates).toContain('shop/cart');
  expect(await problem('/api/v1/why?service=cart&from=2025-11-20T03:00:00Z', 400)).toMatchObject({
    code: 'FL-551',
  });
});

test('an empty store says so instead of showing nothing', async () => {
  const nothing = createApp({ reader: empty, live: true, version: '1' });
  for (const path of [
    'services',
    'map?service=x',
    'why?service=x',
    'anomalies',
    'capacity',
    'observations',
    'coverage',
    'edges',
    'changes',
  ]) {
    const response = await nothing.request(`/api/v1/${path}`);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, 'FL-555']);
  }
  expect(await (await nothing.request('/api/v1')).json()).toMatchObject({ range: null });
});

test('a reader that fails inside is told to the log and not to the network', async () => {
  const seen: unknown[] = [];
  const broken = createApp(
    {
      reader: { ...shop, range: () => Promise.reject(new Error('/secret/path is gone')) },
      live: false,
      version: '1',
    },
    { onError: (error) => seen.push(error) },
  );
  const response = await broken.request('/api/v1/services');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(seen).toHaveLength(1);
  expect((await broken.request('/readyz')).status).toBe(500);
  expect((await broken.request('/healthz')).status).toBe(200);
});

test('an answer that does not come is given up', async () => {
  const never = createApp(
    { reader: { ...shop, range: () => new Promise(() => {}) }, live: false, version: '1' },
    { timeoutMs: 20 },
  );
  const response = await never.request('/api/v1/services');
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, 'FL-556']);
});

test('the description is OpenAPI 3.1 and names every endpoint that answers', async () => {
  const document = (await get('/api/v1/openapi.json')) as {
    openapi: string;
    paths: Record<string, { get: { parameters?: { name: string }[]; responses: Record<string, unknown> } }>;
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).sort()).toEqual(
    [
      '/',
      '/anomalies',
      '/capacity',
      '/changes',
      '/coverage',
      '/digest',
      '/edge',
      '/edges',
      '/events',
      '/incidents',
      '/map',
      '/observations',
      '/search',
      '/services',
      '/why',
    ].sort(),
  );
  expect(document.paths['/map']?.get.parameters?.map((parameter) => parameter.name)).toEqual([
    'service',
    'hops',
    'direction',
    'at',
    'limit',
  ]);
});

test('metrics count requests by route, never by name, and what the probe saw and lost', async () => {
  const counted = createApp({
    reader: shop,
    live: true,
    version: '1.2.3',
    counters: () => ({
      sockets: 12,
      ringRecords: 30,
      ringFull: 2,
      ringRecovered: 1,
      endsUnseen: 0,
      mapFull: 1,
      latenciesLost: 0,
      level: 'payload',
      levelSeconds: { payload: 5, turns: 0, connections: 0 },
      chunks: { made: 40, seen: 39, lost: 1, cut: 2 },
      conversations: { parsed: 8, doubtful: 1, unrecognised: 2, folded: 0 },
      clearUntied: 9,
      network: { made: 6, matched: 2, lonely: 1, negative: 0 },
      conntrackOverflows: 0,
      datagrams: { made: 7, seen: 0, lost: 0 },
      nameMessages: { made: 3, seen: 3, lost: 0 },
      drops: { packets: 0, packetsUnplaced: 0, ofSockets: 4, ofSocketsUnplaced: 0 },
      lost: 1,
    }),
    features: () => [{ name: 'odd "name"', state: 'fallback', reason: 'r', lost: 'l' }],
  });
  await counted.request('/api/v1/map?service=checkout');
  await counted.request('/api/v1/map?service=evil-name');
  const response = await counted.request('/metrics');
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  const text = await response.text();
  expect(text).toContain('faultline_http_requests_total{route="/api/v1/map",status="200"} 1');
  expect(text).toContain('faultline_http_requests_total{route="/api/v1/map",status="404"} 1');
  expect(text).toContain('faultline_probe_connections_lost_total 1');
  expect(text).toContain('faultline_probe_feature_on{feature="odd \\"name\\""} 0.5');
  for (const line of [
    'level{level="payload"} 1',
    'level{level="turns"} 0',
    'level_seconds_total{level="payload"} 5',
    'payload_chunks_total{state="lost"} 1',
    'conversations{state="doubtful"} 1',
    'sampled_halves_total{state="matched"} 2',
    'clear_text_untied_total 9',
    'datagrams_total{state="made"} 7',
    'name_messages_total{state="seen"} 3',
    'packet_drops_total{kind="of_sockets"} 4',
  ])
    expect(text).toContain(`\nfaultline_probe_${line}\n`);
  expect(text).toContain('faultline_store_connections_seen 180000');
  expect(text).not.toContain('evil-name');
});

test('the page is served with its policy; hashed files are kept, the document is asked again', async () => {
  const above = mkdtempSync(join(tmpdir(), 'faultline-page-'));
  const folder = join(above, 'dist');
  try {
    const served = createApp({ reader: shop, live: false, version: '1' }, { page: folder });
    const missing = await served.request('/');
    expect([missing.status, ((await missing.json()) as { code: string }).code]).toEqual([503, 'FL-558']);
    await mkdir(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'assets', 'index-abc.js'), 'export {};'.repeat(100));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>t</title>');
    writeFileSync(join(above, 'outside.txt'), 'outside');
    for (const path of ['/', '/map/shop/checkout', '/map/%3Cscript%3E']) {
      const page = await served.request(path);
      expect(page.status).toBe(200);
      expect(page.headers.get('cache-control')).toBe('no-cache');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    }
    const script = await served.request('/assets/index-abc.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-encoding')).toBe('gzip');
    const etag = script.headers.get('etag')!;
    expect(
      (await served.request('/assets/index-abc.js', { headers: { 'if-none-match': etag } })).status,
    ).toBe(304);
    for (const path of [
      '/assets/../../outside.txt',
      '/assets/%2e%2e/%2e%2e/outside.txt',
      '/assets/none.js',
    ]) {
      expect((await served.request(path)).status).toBe(404);
    }
  } finally {
    rmSync(above, { recursive: true });
  }
});
