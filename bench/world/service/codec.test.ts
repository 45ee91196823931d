import fc from 'fast-check';
import { expect, test } from 'vitest';
import { httpCodec } from './http-codec.ts';
import { type RedisValue, redisCodec } from './redis-codec.ts';

const http = httpCodec('payment', 'checkout-1');

test('an HTTP answer is complete with its last byte and not before', () => {
  const answer = Buffer.from(
    'HTTP/1.1 200 OK\r\nX-Pod: p1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
  );
  for (let length = 0; length < answer.length; length += 1) {
    expect(http.decode(answer.subarray(0, length))).toBeNull();
  }
  expect(http.decode(answer)).toEqual({ server: 'p1', close: true, content: { status: 200, body: '{}' } });
});

test('only a status of the 500s is a failed request', () => {
  const failed = (status: number): boolean => http.failed(Buffer.from(`HTTP/1.1 ${status} X\r\n`));
  expect([200, 404, 500, 503].map(failed)).toEqual([false, false, true, true]);
});

const value: fc.Arbitrary<RedisValue> = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 5 }),
);

function wire(of: RedisValue): string {
  if (of === null) return '$-1\r\n';
  if (typeof of === 'number') return `:${of}\r\n`;
  if (typeof of === 'string') return `$${Buffer.byteLength(of)}\r\n${of}\r\n`;
  if (Array.isArray(of)) return `*${of.length}\r\n${of.map(wire).join('')}`;
  throw new TypeError('not a value Redis sends');
}

test('a Redis answer is complete with its last byte and not before', () => {
  fc.assert(
    fc.property(value, (sent) => {
      const bytes = Buffer.from(wire(sent));
      for (let length = 1; length < bytes.length; length += 1) {
        if (redisCodec.decode(bytes.subarray(0, length)) !== null) return false;
      }
      expect(redisCodec.decode(bytes)?.content).toEqual(sent);
      return true;
    }),
  );
});

test('a Redis error is a failed request', () => {
  expect(redisCodec.failed(Buffer.from('-ERR no\r\n'))).toBe(true);
  expect(redisCodec.failed(Buffer.from('+OK\r\n'))).toBe(false);
});
