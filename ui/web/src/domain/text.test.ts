import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardImage } from './card.ts';
import { edgeId, nodeId, within } from './ids.ts';
import { ellipsis, fitted, NAME_CHARACTERS, plain, shortName } from './text.ts';

const colours = {
  text: '#000',
  muted: '#555',
  status: { ok: '#0a0', warn: '#a60', bad: '#a00', unknown: '#777' },
};
const measure = (text: string): number => text.length * 7;

test('a long name keeps its beginning and its end', () => {
  expect(ellipsis('recommendationservice-canary', 15)).toBe('recomme…-canary');
  expect(ellipsis('cart', 15)).toBe('cart');
});

test('ten kilobytes of name cost no more than a short one', () => {
  const shown = shortName(`a${'x'.repeat(10_000)}z`);
  expect([...shown]).toHaveLength(NAME_CHARACTERS);
  expect(shown.startsWith('ax')).toBe(true);
  expect(shown.endsWith('xz')).toBe(true);
});

test('nothing in a name can turn the text around it or hide in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (name, length) => {
      const shown = ellipsis(name, length);
      expect(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(shown)).toBe(false);
      expect([...shown].length).toBeLessThanOrEqual(Math.max(length, 1));
    }),
  );
  expect(plain('abc\u202Etxt.exe')).toBe('abc·txt.exe');
  expect(plain('שלום')).toBe('שלום');
});

test('fitted is the longest form that fits', () => {
  const fits = (text: string): boolean => measure(text) <= 70;
  expect(fitted('currency', fits)).toBe('currency');
  const shown = fitted('productcatalogservice', fits);
  expect(measure(shown)).toBe(70);
});

test('a card is an image whatever the name: no markup of the name survives', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'binary' }),
      (workload, namespace) => {
        const image = cardImage({ workload, namespace, status: 'bad' }, colours, measure);
        const svg = decodeURIComponent(image.slice(image.indexOf(',') + 1));
        expect(svg.match(/<[a-z/]/g)).toHaveLength(9);
      },
    ),
  );
  const evil = cardImage({ workload: '"><script>', namespace: '&', status: 'ok' }, colours, measure);
  expect(decodeURIComponent(evil)).toContain('&quot;&gt;&lt;script&gt;');
});

test('different edges never share an id', () => {
  const edge = fc.record({ client: fc.string(), server: fc.string(), port: fc.nat(65_535) });
  fc.assert(
    fc.property(edge, edge, (a, b) => {
      const same = a.client === b.client && a.server === b.server && a.port === b.port;
      expect(edgeId(a) === edgeId(b)).toBe(same);
    }),
  );
});

test('a name is said without its namespace only at home', () => {
  expect(nodeId({ namespace: '', workload: 'smtp.example.net' })).toBe('smtp.example.net');
  expect(within('shop/cart', 'shop')).toBe('cart');
  expect(within('shop/cart', 'billing')).toBe('shop/cart');
  expect(within('10.0.0.0/8', '')).toBe('10.0.0.0/8');
});
