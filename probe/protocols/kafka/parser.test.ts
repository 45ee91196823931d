import { describe, expect, test } from 'vitest';
import type { Chunk, Exchange } from '../parser.ts';
import { errorOf, isFailure } from './errors.ts';
import { KAFKA } from './index.ts';
import { readRequest } from './request.ts';

const int16 = (value: number) => [(value >> 8) & 255, value & 255];
const int32 = (value: number) => [...int16(value >> 16), ...int16(value)];
const text = (value: string) => [...int16(value.length), ...Buffer.from(value)];
const sized = (...bytes: readonly number[]) => Uint8Array.from([...int32(bytes.length), ...bytes]);
const request = (key: number, version: number, id: number, ...body: readonly number[]) =>
  sized(...int16(key), ...int16(version), ...int32(id), ...text('shop'), ...body);

describe('heads of requests', () => {
  test('acks of every version of Produce', () => {
    const none = int16(0);
    const all = int16(-1);
    expect(readRequest(request(0, 2, 7, ...none))).toEqual({ key: 0, version: 2, id: 7, oneWay: true });
    expect(readRequest(request(0, 2, 7, ...all))?.oneWay).toBe(false);
    expect(readRequest(request(0, 8, 7, ...int16(-1), ...none))?.oneWay).toBe(true);
    expect(readRequest(request(0, 8, 7, ...text('transaction'), ...all))?.oneWay).toBe(false);
    expect(readRequest(request(0, 9, 7, 0, 0, ...none))?.oneWay).toBe(true);
    expect(readRequest(request(0, 9, 7, 0, 3, 0x61, 0x62, ...none))?.oneWay).toBe(true);
    expect(readRequest(request(0, 11, 7, 0, 0, ...all))?.oneWay).toBe(false);
  });

  test('what is no request', () => {
    expect(readRequest(request(200, 0, 7))).toBeNull();
    expect(readRequest(request(3, 99, 7))).toBeNull();
    expect(readRequest(sized(...int16(3), ...int16(1), ...int32(7), ...text('a\nb')))).toBeNull();
  });
});

describe('errors', () => {
  const throttle = int32(0);
  test.each([
    ['ApiVersions', 18, 3, [...int16(35)], 35, false],
    ['JoinGroup 1', 11, 1, [...int16(25)], 25, true],
    ['JoinGroup 5', 11, 5, [...throttle, ...int16(79)], 79, false],
    ['JoinGroup 9', 11, 9, [0, ...throttle, ...int16(27)], 27, false],
    ['Heartbeat 4', 12, 4, [0, ...throttle, ...int16(25)], 25, true],
    ['Fetch 4 has none', 1, 4, [...throttle, ...int16(9)], 0, false],
    ['Fetch 12', 1, 12, [0, ...throttle, ...int16(70)], 70, false],
    ['FindCoordinator 4 has none', 10, 4, [0, ...throttle, ...int16(15)], 0, false],
    ['Produce 3', 0, 3, [...int32(1), ...text('t'), ...int32(1), ...int32(0), ...int16(6)], 6, true],
    ['Produce 9', 0, 9, [0, 2, 2, 0x74, 2, ...int32(0), ...int16(10)], 10, true],
    ['Produce without topics', 0, 3, [...int32(0), ...throttle], 0, false],
    ['unknown', 22, 4, [0, ...throttle, ...int16(-1)], 65535, true],
  ] as const)('%s', (_, key, version, body, error, failed) => {
    const found = errorOf(sized(...int32(7), ...body), key, version);
    expect([found, isFailure(found)]).toEqual([error, failed]);
  });
});

test('many are open at once and answered in any order', () => {
  const exchanges: Exchange[] = [];
  const parser = KAFKA.parser((exchange) => exchanges.push(exchange), 'client', false);
  const offsets = { request: 0, response: 0 };
  const say = (direction: Chunk['direction'], at: number, bytes: Uint8Array) => {
    parser.feed({ direction, at, arrived: 0, offset: offsets[direction], length: bytes.length, bytes });
    offsets[direction] += bytes.length;
  };
  say('request', 1, request(1, 4, 70));
  say('request', 2, request(3, 1, 71));
  say('request', 3, request(12, 0, 72));
  say('response', 4, sized(...int32(72), ...int16(0)));
  say('response', 5, sized(...int32(71), 0));
  parser.end();
  const told = exchanges.map(({ operation, startedAt, answeredAt, failed, timed }) => [
    operation,
    startedAt,
    answeredAt,
    failed,
    timed,
  ]);
  expect(told).toEqual([
    ['Heartbeat', 3, 4, false, true],
    ['Metadata', 2, 5, false, true],
    ['Fetch', 1, 0, false, false],
  ]);
  expect(parser.doubts).toBe(0);
});
