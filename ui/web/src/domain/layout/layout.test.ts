import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CARD, curveOf, type LayoutGraph, layOut, settle } from './index.ts';
import { spread } from './place.ts';

/** Neighbourhoods of any shape, cycles and self-calls included. */
const graphs = fc
  .record({
    hops: fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 60 }),
    pairs: fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 160 }),
  })
  .map(({ hops, pairs }): LayoutGraph => {
    const nodes = [
      { id: 'centre', hops: 0 },
      ...hops.map((hop, i) => ({ id: `n${i}`, hops: hop === 0 ? 1 : hop })),
    ];
    const at = (i: number) => nodes[i % nodes.length]!.id;
    const edges = pairs.map(([a, b], i) => ({ id: `e${i}`, client: at(a), server: at(b) }));
    return { centre: 'centre', nodes, edges };
  });

test('the same neighbourhood gives the same picture in whatever order it arrives', () => {
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (graph, stream) => {
      const rank = new Map([...graph.nodes, ...graph.edges].map((part) => [part.id, stream.next().value]));
      const shuffled = <T extends { readonly id: string }>(parts: readonly T[]): T[] =>
        [...parts].sort((a, b) => rank.get(a.id)! - rank.get(b.id)!);
      const again = layOut({
        centre: graph.centre,
        nodes: shuffled(graph.nodes),
        edges: shuffled(graph.edges),
      });
      const first = layOut(graph);
      expect([...again.positions].sort()).toEqual([...first.positions].sort());
      expect([...again.routes].sort()).toEqual([...first.routes].sort());
    }),
  );
});

test('centre at the origin, callers left, dependencies right, farther hops farther out', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { positions } = layOut(graph);
      expect(positions.get('centre')).toEqual({ x: 0, y: 0 });
      for (const a of graph.nodes) {
        for (const b of graph.nodes) {
          if (a.hops < b.hops) expect(positions.get(a.id)!.x).toBeLessThan(positions.get(b.id)!.x);
        }
      }
    }),
  );
});

test('no two cards touch, and no edge that passes a column goes through a card', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { positions, routes } = layOut(graph);
      const cards = [...positions.values()];
      cards.forEach((a, i) => {
        for (const b of cards.slice(i + 1)) {
          if (a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThan(CARD.height);
        }
      });
      for (const point of [...routes.values()].flat()) {
        const hit = cards.find((card) => card.x === point.x && Math.abs(card.y - point.y) < CARD.height / 2);
        expect(hit).toBeUndefined();
      }
    }),
  );
});

test('a refresh moves nothing that is already drawn, whatever comes and goes', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (graph, pick) => {
      const gone = graph.nodes[1 + (pick % Math.max(1, graph.nodes.length - 1))]?.id;
      const less: LayoutGraph = {
        ...graph,
        nodes: graph.nodes.filter((node) => node.id !== gone),
        edges: graph.edges.filter((edge) => edge.client !== gone && edge.server !== gone),
      };
      const before = layOut(less);
      const after = settle(before, graph);
      for (const [id, point] of before.positions) expect(after.positions.get(id)).toEqual(point);
      expect([...after.positions.keys()].sort()).toEqual(graph.nodes.map((node) => node.id).sort());
      const places = [...after.positions.values()].map(({ x, y }) => `${x} ${y}`);
      expect(new Set(places).size).toBe(places.length);
    }),
  );
});

test('calls among the workloads of one hop also run to the right', () => {
  const { positions } = layOut({
    centre: 'frontend',
    nodes: [
      { id: 'frontend', hops: 0 },
      { id: 'checkout', hops: 1 },
      { id: 'currency', hops: 1 },
    ],
    edges: [
      { id: '1', client: 'frontend', server: 'checkout' },
      { id: '2', client: 'frontend', server: 'currency' },
      { id: '3', client: 'checkout', server: 'currency' },
    ],
  });
  expect(positions.get('checkout')!.x).toBeLessThan(positions.get('currency')!.x);
});

test('a crowd of callers is spread over columns left of the centre and shares one line past them', () => {
  const callers = Array.from({ length: 100 }, (_, i) => `c${String(i).padStart(3, '0')}`);
  const { positions, routes } = layOut({
    centre: 'dns',
    nodes: [{ id: 'dns', hops: 0 }, ...callers.map((id) => ({ id, hops: -1 }))],
    edges: callers.map((id) => ({ id, client: id, server: 'dns' })),
  });
  const columns = new Set(callers.map((id) => positions.get(id)!.x));
  const lines = new Set(
    [...routes.values()].map((points) => points.at(-1)?.y).filter((y) => y !== undefined),
  );
  expect(lines.size).toBe(1);
  expect(columns.size).toBe(7);
  expect(Math.max(...columns)).toBeLessThan(0);
});

test('spread keeps order and separation and is the nearest that does', () => {
  expect(spread([0, 100], [0, 10])).toEqual([0, 100]);
  expect(spread([5, 5], [0, 10])).toEqual([0, 10]);
  const columns = fc.array(fc.record({ wanted: fc.integer({ min: -500, max: 500 }), gap: fc.nat(80) }));
  fc.assert(
    fc.property(columns, (rows) => {
      const gaps = rows.map(({ gap }, i) => (i === 0 ? 0 : gap));
      const wanted = rows.map((row) => row.wanted);
      const solved = spread(wanted, gaps);
      for (let i = 1; i < solved.length; i++) {
        expect(solved[i]! - solved[i - 1]!).toBeGreaterThanOrEqual(gaps[i]! - 1e-9);
      }
      const cost = (rows: readonly number[]) =>
        rows.reduce((sum, row, i) => sum + (row - wanted[i]!) ** 2, 0);
      // Moving the whole solution, or opening it at any place, is allowed and never better.
      for (let cut = 0; cut < solved.length; cut++) {
        const up = solved.map((row, i) => (i < cut ? row - 0.5 : row));
        const down = solved.map((row, i) => (i >= cut ? row + 0.5 : row));
        expect(cost(up)).toBeGreaterThanOrEqual(cost(solved) - 1e-6);
        expect(cost(down)).toBeGreaterThanOrEqual(cost(solved) - 1e-6);
      }
    }),
  );
});

test('a curve leaves the side that faces the server and its control points are where they were meant', () => {
  const client = { x: 0, y: 0 };
  const server = { x: 220, y: 90 };
  const { source, target, weights, distances } = curveOf(client, server, [], CARD);
  expect(source).toEqual({ x: CARD.width / 2, y: 0 });
  expect(target).toEqual({ x: -CARD.width / 2, y: 0 });
  const start = { x: client.x + source.x, y: client.y + source.y };
  const end = { x: server.x + target.x, y: server.y + target.y };
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const points = weights.map((weight, i) => ({
    x: start.x + weight * (end.x - start.x) - (distances[i]! * (end.y - start.y)) / length,
    y: start.y + weight * (end.y - start.y) + (distances[i]! * (end.x - start.x)) / length,
  }));
  expect(points[0]!.y).toBeCloseTo(start.y);
  expect(points[1]!.y).toBeCloseTo(end.y);
  expect(points[0]!.x).toBeGreaterThan(start.x);
  expect(points[1]!.x).toBeLessThan(end.x);
});

test('an edge back to a caller leaves to the left; parallel edges keep apart', () => {
  expect(curveOf({ x: 220, y: 0 }, { x: 0, y: 0 }, [], CARD).source.x).toBeLessThan(0);
  const lanes = [0, 1, -1].map((lane) => curveOf({ x: 0, y: 0 }, { x: 220, y: 0 }, [], CARD, lane).source.y);
  expect(new Set(lanes).size).toBe(3);
});
