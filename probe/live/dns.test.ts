import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { total } from '../histogram.ts';
import { query } from '../protocols/dns/testing.ts';
import { createDnsTracker, type DnsDatagram } from './dns.ts';
import { MAX_NAMES, OTHER } from './operations.ts';

const SECOND = 1_000_000_000;
const END = '10.96.0.10 53';

const asked = (at: number, id: number, name: string, more: Partial<DnsDatagram> = {}): DnsDatagram => ({
  id: 'one',
  end: END,
  role: 'client',
  sent: true,
  at,
  bytes: query(id, name, 1),
  ...more,
});

const answered = (at: number, id: number, name: string, rcode = 0, more: Partial<DnsDatagram> = {}) => {
  const bytes = query(id, name, 1);
  bytes[2] = 0x81;
  bytes[3] = 0x80 | rcode;
  return asked(at, id, name, { sent: false, ...more, bytes });
};

test('a question and its answer are a request with a name, a code and a time', () => {
  const dns = createDnsTracker();
  dns.feed(asked(0, 7, 'shop.example'));
  expect(dns.take('one')).toBeNull();
  dns.feed(answered(3_000_000, 7, 'shop.example', 3));
  const { account, repeated } = dns.take('one')!;
  expect(account).toMatchObject({ basis: 'parsed', requests: 1, failedRequests: 0, untimed: 0 });
  expect(account.operations).toEqual([
    { name: 'A shop.example', requests: 1, failed: 0, statuses: [[3, 1]], latency: account.latency },
  ]);
  expect(total(account.latency)).toBe(1);
  expect(repeated).toBe(0);
  expect(dns.take('one')).toBeNull();
  expect(dns.open).toBe(0);
});

test('the server receives the question, and its time is service', () => {
  const dns = createDnsTracker();
  dns.feed(asked(0, 7, 'a.example', { role: 'server', sent: false }));
  dns.feed(answered(3_000_000, 7, 'a.example', 2, { role: 'server', sent: true }));
  const { account } = dns.take('one')!;
  expect(account).toMatchObject({ requests: 1, failedRequests: 1, statuses: [[2, 1]] });
  expect(total(account.service)).toBe(1);
});

test('answers find their own question, in any order', () => {
  const dns = createDnsTracker();
  dns.feed(asked(0, 1, 'a.example'));
  dns.feed(asked(1, 2, 'a.example'));
  dns.feed(asked(2, 1, 'b.example'));
  dns.feed(answered(10, 1, 'b.example'));
  dns.feed(answered(11, 2, 'a.example'));
  dns.feed(answered(12, 1, 'c.example'));
  expect(dns.take('one')!.account.requests).toBe(2);
  expect(dns.open).toBe(1);
  dns.feed(answered(13, 1, 'a.example', 0, { id: 'another socket' }));
  expect(dns.open).toBe(1);
});

describe('without an answer', () => {
  test('a question has failed after 5 s, asked again or not', () => {
    const dns = createDnsTracker();
    dns.feed(asked(0, 1, 'a.example'));
    dns.feed(asked(2 * SECOND, 1, 'a.example'));
    dns.feed(asked(3 * SECOND, 2, 'b.example'));
    dns.expire(4 * SECOND);
    expect(dns.take('one')).toMatchObject({ account: { requests: 0 }, repeated: 1 });
    dns.expire(5 * SECOND);
    const { account, repeated } = dns.take('one')!;
    expect(account).toMatchObject({ requests: 1, failedRequests: 1, statuses: [[0, 1]] });
    expect(account.operations[0]).toMatchObject({ name: 'A a.example', failed: 1, statuses: [[0, 1]] });
    expect(total(account.latency)).toBe(0);
    expect(repeated).toBe(0);
    expect(dns.open).toBe(1);
  });

  test('a question has failed when its socket is closed', () => {
    const dns = createDnsTracker();
    dns.feed(asked(0, 1, 'a.example'));
    dns.feed(asked(0, 1, 'a.example', { id: 'two' }));
    expect(dns.end('one')!.account).toMatchObject({ requests: 1, failedRequests: 1 });
    expect(dns.open).toBe(1);
    expect(dns.end('none')).toBeNull();
  });
});

test('an answer that another thread told of a moment before its question', () => {
  const dns = createDnsTracker();
  dns.feed(answered(10, 1, 'a.example'));
  dns.feed(asked(12, 1, 'a.example'));
  expect(dns.take('one')!.account.requests).toBe(1);
  dns.feed(answered(10, 2, 'a.example'));
  dns.expire(SECOND);
  expect(dns.doubts).toBe(1);
});

test('names of one server end are bounded, requests are not', () => {
  const dns = createDnsTracker();
  for (let i = 0; i < 3 * MAX_NAMES; i++) {
    dns.feed(asked(i, i, `n${i}.example`));
    dns.feed(answered(i, i, `n${i}.example`));
    dns.feed(asked(i, i, `n${i}.example`, { id: 'two' }));
    dns.feed(answered(i, i, `n${i}.example`, 0, { id: 'two' }));
  }
  const { account } = dns.take('one')!;
  expect(account.requests).toBe(3 * MAX_NAMES);
  expect(account.operations.length).toBeLessThanOrEqual(MAX_NAMES + 1);
  expect(account.operations.map(({ name }) => name)).toContain(OTHER);
  expect(account.operations.reduce((sum, { requests }) => sum + requests, 0)).toBe(3 * MAX_NAMES);
});

test('open questions are bounded: the oldest is given up, and counted', () => {
  const dns = createDnsTracker(4);
  for (let i = 0; i < 10; i++) dns.feed(asked(i, i, 'a.example'));
  expect(dns.open).toBe(4);
  expect(dns.doubts).toBe(6);
  expect(dns.take('one')!.account).toMatchObject({ requests: 6, failedRequests: 6 });
});

test('whatever comes, every question is open or a request', () => {
  const event = fc.record({
    question: fc.boolean(),
    id: fc.nat(3),
    name: fc.constantFrom('a.example', 'b.example'),
    socket: fc.constantFrom('one', 'two'),
    step: fc.nat(2 * SECOND),
    noise: fc.option(fc.uint8Array({ maxLength: 40 })),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const dns = createDnsTracker();
      let at = 0;
      let questions = 0;
      let repeated = 0;
      let requests = 0;
      for (const { question, id, name, socket, step, noise } of events) {
        at += step;
        dns.expire(at);
        const more = { id: socket, ...(noise === null ? {} : { bytes: noise }) };
        dns.feed({ ...(question ? asked(at, id, name) : answered(at, id, name)), ...more });
        if (question && noise === null) questions++;
      }
      const open = dns.open;
      for (const socket of ['one', 'two']) {
        const took = dns.end(socket);
        requests += took?.account.requests ?? 0;
        repeated += took?.repeated ?? 0;
      }
      expect(requests + repeated).toBe(questions);
      expect(dns.open).toBe(0);
      expect(requests).toBeGreaterThanOrEqual(open);
    }),
    { numRuns: 300 },
  );
});
