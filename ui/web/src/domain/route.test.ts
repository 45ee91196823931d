import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOME, parseRoute, type Route, routePath } from './route.ts';

const BASE = 'http://127.0.0.1:7070';
const names = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const ids = fc
  .oneof(
    names.filter((name) => !/^\.{1,2}$/.test(name)),
    fc
      .tuple(
        fc.constantFrom('shop', 'kube-system'),
        names.filter((name) => !/^\.{1,2}$/.test(name)),
      )
      .map((parts) => parts.join('/')),
  )
  .filter((id) => !id.split('/').some((part) => part === '' || /^\.{1,2}$/.test(part)));

const routes: fc.Arbitrary<Route> = fc.record({
  centre: ids,
  hops: fc.integer({ min: 1, max: 4 }),
  direction: fc.constantFrom('up', 'down', 'both'),
  at: fc.option(
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  ),
  selection: fc.option(
    fc.oneof(
      fc.record({ kind: fc.constant('node' as const), node: ids }),
      fc.record({
        kind: fc.constant('edge' as const),
        edge: fc.record({ client: ids, server: ids, port: fc.integer({ min: 0, max: 65_535 }) }),
      }),
    ),
  ),
  panel: fc.constantFrom('report', 'selection', 'none'),
  view: fc.constantFrom('map', 'table'),
  all: fc.boolean(),
});

test('an address gives back exactly what was seen', () => {
  fc.assert(
    fc.property(routes, (route) => {
      expect(parseRoute(new URL(routePath(route), BASE))).toEqual(route);
    }),
  );
});

test('addresses are short and readable', () => {
  expect(routePath(HOME)).toBe('/');
  expect(routePath({ ...HOME, centre: 'shop/checkout' })).toBe('/map/shop/checkout');
  expect(routePath({ ...HOME, centre: 'shop/cart', hops: 3, at: '2026-11-20T03:12:00.000Z' })).toBe(
    '/map/shop/cart?at=2026-11-20T03%3A12%3A00.000Z&hops=3',
  );
});

test('an address that was cut or edited opens with what is left of it', () => {
  expect(
    parseRoute(new URL('/map/shop/cart?hops=99&direction=sideways&at=yesterday&port=x&client=a', BASE)),
  ).toEqual({
    ...HOME,
    centre: 'shop/cart',
    hops: 4,
  });
  expect(parseRoute(new URL('/map/%E0%A4%A', BASE)).centre).toBe('%E0%A4%A');
  expect(parseRoute(new URL('/map/', BASE)).centre).toBeNull();
});
