import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Message, readMessage } from './message.ts';
import { foldName, isFailure, operationOf } from './operation.ts';
import { query } from './testing.ts';

describe('readMessage', () => {
  test('a query', () => {
    expect(readMessage(query(0xbeef, 'Shop.Example', 28))).toEqual({
      id: 0xbeef,
      response: false,
      opcode: 0,
      rcode: 0,
      truncated: false,
      questions: [{ name: 'shop.example', type: 'AAAA' }],
    });
  });

  test('flags of an answer', () => {
    const bytes = query(1, 'a.b', 65280);
    bytes[2] = 0x80 | 0x02 | (5 << 3);
    bytes[3] = 0x80 | 3;
    expect(readMessage(bytes)).toMatchObject({
      response: true,
      opcode: 5,
      rcode: 3,
      truncated: true,
      questions: [{ name: 'a.b', type: 'TYPE65280' }],
    });
  });

  test('no question', () => {
    expect(readMessage(Uint8Array.from([0, 1, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0]))?.questions).toEqual([]);
  });

  test('a pointer leads backwards only', () => {
    const [first, second] = [
      [1, 0x61, 0, 0, 1, 0, 1],
      [1, 0x62, 0xc0, 12, 0, 1, 0, 1],
    ];
    const head = [0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0];
    expect(readMessage(Uint8Array.from([...head, ...first, ...second]))?.questions[1]?.name).toBe('b.a');
    second[3] = 12 + first.length + 2;
    expect(readMessage(Uint8Array.from([...head, ...first, ...second]))).toBeNull();
  });

  test('every cut of a query is null, what follows it does not matter', () => {
    const bytes = query(7, 'payments.shop.svc.cluster.local', 1);
    for (let end = 0; end < bytes.length; end++) expect(readMessage(bytes.subarray(0, end))).toBeNull();
    expect(readMessage(Uint8Array.from([...bytes, 1, 2, 3]))).toEqual(readMessage(bytes));
  });

  test('any bytes: a bounded message or null', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(40)).map(([noise, at]) => {
        const whole = query(1, 'a.bc.def', 1);
        whole.set(noise.subarray(0, Math.max(0, whole.length - at)), Math.min(at, whole.length));
        return whole;
      }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        const message = readMessage(input);
        for (const { name, type } of message?.questions ?? []) {
          expect(name.length).toBeLessThanOrEqual(253);
          expect(name).toMatch(/^[!-~]*$/);
          expect(type).toMatch(/^[A-Z0-9]+$/);
        }
        expect(message?.questions.length ?? 0).toBeLessThanOrEqual(4);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('operation', () => {
  test.each([
    ['shop.example', 'shop.example'],
    ['', '.'],
    ['db-0.db.shop.svc.cluster.local', 'db-0.db.shop.svc.cluster.local'],
    ['_grpc._tcp.cart.shop.svc.cluster.local', '_grpc._tcp.cart.shop.svc.cluster.local'],
    ['4.3.2.1.in-addr.arpa', '{address}.in-addr.arpa'],
    ['1.0.0.0.ip6.arpa', '{address}.ip6.arpa'],
    ['10-1-2-3.shop.pod.cluster.local', '{id}.shop.pod.cluster.local'],
    ['ip-10-0-0-1.ec2.internal', '{id}.ec2.internal'],
    ['9f86d081884c7d65.cdn.example', '{id}.cdn.example'],
    ['550e8400-e29b-41d4-a716-446655440000.9f86d081884c7d65.example', '{id}.example'],
    [`${'x'.repeat(41)}.tunnel.example`, '{id}.tunnel.example'],
    ['customer-relationship-management.shop', 'customer-relationship-management.shop'],
  ])('%s is %s', (name, folded) => {
    expect(foldName(name)).toBe(folded);
    expect(operationOf({ questions: [{ name, type: 'A' }] } as unknown as Message)).toBe(`A ${folded}`);
  });

  test('NXDOMAIN is an answer', () => {
    expect([0, 1, 2, 3, 4, 5, 8, 9].filter(isFailure)).toEqual([1, 2, 4, 5]);
  });
});
