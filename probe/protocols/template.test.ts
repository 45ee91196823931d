import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grpcName, template } from './template.ts';

test.each([
  ['/', '/'],
  ['*', '*'],
  ['/users/1842?token=s3cr3t#top', '/users/{id}'],
  ['http://shop.example:8080/cart/items?x=1', '/cart/items'],
  ['/api/v1/namespaces/default/pods', '/api/v1/namespaces/default/pods'],
  ['/v1/projects/8812:cancel', '/v1/projects/{id}:cancel'],
  ['/getUserById/2024-05-01/report.pdf', '/getUserById/{id}/report.pdf'],
  ['/static/main.3f9a8b7c.js', '/static/{id}.js'],
  ['/users/ann@shop.example;jsessionid=77', '/users/{id}'],
  ['/files/My%20Report', '/files/{id}'],
  ['/a/b/c/d/e/f/g/h/i/j', '/a/b/c/d/e/f/g/h/*'],
])('%s becomes %s', (target, expected) => {
  expect(template(target)).toBe(expected);
});

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
/** Values as they are made; one made of letters alone, in the shape of a word, cannot be told from a name. */
const value = fc
  .oneof(
    fc.nat().map(String),
    fc.uuid(),
    hex(16),
    fc.uint8Array({ minLength: 16, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.emailAddress(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  )
  .filter((text) => /[\d@]/.test(text) && !/[/?#;]/.test(text));

test('no value stays', () => {
  fc.assert(
    fc.property(value, value, (first, second) => {
      const path = template(`/carts/${first}/items/${second}?q=${first}`);
      expect(
        path
          .replaceAll('{id}', '')
          .replace(/\.[a-z]{1,5}(?=\/|$)/gi, '')
          .replace(/:$/g, ''),
      ).not.toMatch(/\d|@/);
    }),
    { numRuns: 2000 },
  );
});

test('templates of any text are short', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3000 }), (text) => {
      expect(template(`/${text}`).length).toBeLessThanOrEqual(202);
    }),
  );
});

test('the name of a gRPC method is kept, anything else is not', () => {
  expect(grpcName('/grpc.health.v1.Health/Check')).toBe('grpc.health.v1.Health/Check');
  expect(grpcName('/shop.Carts/3f2b8c1e-77aa-4b1c-9d5e-0123456789ab')).toBe('');
  expect(grpcName('/carts')).toBe('');
  expect(grpcName('/a/b/c')).toBe('');
});
