import { expect, test } from 'vitest';
import type { MapBody, MapEdgeBody, ReportBody } from '../../../server/index.ts';
import { edgeId } from './ids.ts';
import { layOut } from './layout/index.ts';
import { drawingOf, layoutGraph, summary } from './map-model.ts';
import { marksOf, NO_MARKS } from './marks.ts';
import { walk } from './walk.ts';

const NUMBERS: MapEdgeBody['now'] = {
  connections: 60,
  connectionsPerSecond: 1,
  requests: 600,
  requestsPerSecond: 10,
  failedRequests: 0,
  failureShare: 0,
  failedConnections: 0,
  resets: 0,
  bytesSent: 0,
  bytesReceived: 0,
  segments: 0,
  retransmits: 0,
  retransmitShare: null,
  latencyMs: { p50: 1, p95: 2, p99: 3 },
  roundTripMs: null,
  connectMs: null,
};

function edge(client: string, server: string, more: Partial<MapEdgeBody> = {}): MapEdgeBody {
  return { client, server, port: 80, status: 'ok', signal: null, now: NUMBERS, ...more };
}

function node(workload: string, hops: number): MapBody['nodes'][number] {
  return {
    id: `shop/${workload}`,
    namespace: 'shop',
    workload,
    hops,
    status: 'ok',
    kind: 'Deployment',
    pods: 1,
    versions: [],
    zones: [],
    nodes: [],
  };
}

const SLOW = { signal: 'latency', was: 40, is: 1940, unit: 'ms' };
const MAP: MapBody = {
  centre: 'shop/checkout',
  at: '2026-11-20T03:12:00Z',
  period: { from: '2026-11-20T03:11:00Z', to: '2026-11-20T03:12:00Z' },
  range: { from: '2026-11-20T02:00:00Z', to: '2026-11-20T03:12:00Z' },
  hops: 1,
  direction: 'both',
  nodes: [node('checkout', 0), node('frontend', -1), node('cart', 1), node('payment', 1)],
  edges: [
    edge('shop/frontend', 'shop/checkout'),
    edge('shop/checkout', 'shop/cart'),
    edge('shop/checkout', 'shop/payment', { status: 'bad', signal: SLOW }),
    edge('shop/checkout', 'shop/payment', { port: 81 }),
  ],
  folded: { nodes: 14, share: 0.12 },
};
const LAYOUT = layOut(layoutGraph(MAP));

test('only what is off speaks for itself, and what is looked at', () => {
  const quiet = drawingOf(MAP, LAYOUT, null, NO_MARKS);
  expect(quiet.edges.map((drawn) => drawn.label)).toEqual(['', '', '⬣ slow\n1.94 s', '']);
  const { client, server, port } = MAP.edges[1]!;
  const looked = drawingOf(MAP, LAYOUT, { kind: 'edge', edge: { client, server, port } }, NO_MARKS);
  expect(looked.edges[1]).toMatchObject({ selected: true, label: '● 10.0/s\n3.00 ms' });
});

test('edges between the same workloads do not lie on each other', () => {
  const { edges } = drawingOf(MAP, LAYOUT, null, NO_MARKS);
  expect(edges[2]!.curve.source.y).not.toBe(edges[3]!.curve.source.y);
});

test('a label sits at the end where it has room', () => {
  const off = { status: 'bad', signal: SLOW } as const;
  const fan = {
    ...MAP,
    edges: [edge('shop/checkout', 'shop/cart', off), edge('shop/checkout', 'shop/payment', off)],
  };
  const drawn = drawingOf(fan, LAYOUT, null, NO_MARKS);
  expect(drawn.edges.map((one) => one.labelAt)).toEqual(['server', 'server']);
  const meet = {
    ...MAP,
    edges: [edge('shop/frontend', 'shop/cart', off), edge('shop/checkout', 'shop/cart', off)],
  };
  expect(drawingOf(meet, LAYOUT, null, NO_MARKS).edges.map((one) => one.labelAt)).toEqual([
    'client',
    'client',
  ]);
});

test('a finding marks the edge it starts at and the workload it accuses', () => {
  const origin = { client: 'shop/checkout', server: 'shop/payment', port: 80 };
  const marks = marksOf({ origin } as ReportBody['findings'][number]);
  const { nodes, edges } = drawingOf(MAP, LAYOUT, null, marks);
  expect(edges.filter((drawn) => drawn.marked).map((drawn) => drawn.id)).toEqual([edgeId(origin)]);
  expect(nodes.filter((drawn) => drawn.marked).map((drawn) => drawn.id)).toEqual(['shop/payment']);
});

test('the picture in words says how much there is, what is off and what was left out', () => {
  expect(summary(MAP)).toBe(
    'shop/checkout with 3 neighbours within 1 hop and 4 edges, 14 more left out (12 % of traffic): 1 bad.',
  );
});

test('arrow keys walk to the nearest card that way and stop at the edge of the map', () => {
  expect(walk(LAYOUT.positions, 'shop/checkout', 'left')).toBe('shop/frontend');
  expect(walk(LAYOUT.positions, 'shop/cart', 'down')).toBe('shop/payment');
  expect(walk(LAYOUT.positions, 'shop/frontend', 'left')).toBeNull();
  expect(walk(LAYOUT.positions, 'nobody', 'left')).toBeNull();
});
