import { describe, expect, test } from 'vitest';
import type { Endpoint, NamedFlow } from '../../../enrich/index.ts';
import { EMPTY_HISTOGRAM, type Flow, histogramOf } from '../../../probe/index.ts';
import { style } from '../../report/style.ts';
import { flowDocument } from './document.ts';
import { type FlowFilter, passes } from './filter.ts';
import { CONTAINER, FLOW, UID } from './fixtures.ts';
import { flowLine, HEADING } from './line.ts';

const end = (workload: string, node = 'n1'): Endpoint => ({
  resolution: 'process',
  candidates: [],
  tags: { namespace: 'shop', workload, node },
});
const named = (change: Partial<Flow> = {}): NamedFlow => ({
  flow: { ...FLOW, ...change },
  local: end('frontend'),
  remote: end('checkout', 'n2'),
});

describe('a flow as JSON', () => {
  test('has the fields of the contract', () => {
    expect(Object.keys(flowDocument(named(), 0))).toEqual(
      expect.arrayContaining(
        `time node role client server asked nat netns pid process cgroup container podUid state failure resetBy
         durationMicros connectMicros bytesSent bytesReceived retransmits rttMicros minRttMicros requests failedRequests
         latencyMicros protocol lost`.split(/\s+/),
      ),
    );
  });

  test('tells of each operation', () => {
    const latency = histogramOf([1000, 1000]);
    const operation = {
      name: 'GET /cart/{id}',
      requests: 2,
      failed: 1,
      statuses: [
        [200, 1],
        [503, 1],
      ],
      latency,
    } as const;
    expect(flowDocument(named({ operations: [operation] }), 0).operations).toEqual([
      {
        name: 'GET /cart/{id}',
        requests: 2,
        failed: 1,
        statuses: [
          { status: 200, count: 1 },
          { status: 503, count: 1 },
        ],
        latencyMicros: {
          count: 2,
          p50: expect.any(Number),
          p90: expect.any(Number),
          p99: expect.any(Number),
        },
      },
    ]);
  });

  test('the server is who answered, asked is what the client called', () => {
    expect(flowDocument(named(), 2)).toMatchObject({
      time: '2026-11-20T03:00:01.500Z',
      node: 'n1',
      client: { ip: '10.0.1.2', port: 40_000 },
      server: { ip: '10.0.2.3', port: 8080 },
      asked: { ip: '10.96.0.10', port: 5050 },
      nat: 'conntrack',
      netns: '4026531840',
      container: CONTAINER,
      podUid: UID,
      state: 'closed',
      lost: 2,
    });
    const seenByServer = flowDocument(named({ role: 'server', asked: null }), 0);
    expect(seenByServer).toMatchObject({
      client: { ip: '10.0.2.3' },
      server: { ip: '10.0.1.2' },
      asked: null,
    });
  });

  test('states and latencies', () => {
    const state = (change: Partial<Flow>) => flowDocument(named(change), 0).state;
    expect(state({ closed: 0 })).toBe('open');
    expect(state({ opened: 0, closed: 0, failure: 'refused' })).toBe('failed');
    expect(state({ failure: 'reset', resetBy: 'server' })).toBe('failed');
    const { latencyMicros } = flowDocument(named(), 0);
    expect(latencyMicros.count).toBe(3);
    expect(latencyMicros.p99).toBeGreaterThan(140_000);
    expect(flowDocument(named({ latency: EMPTY_HISTOGRAM }), 0).latencyMicros).toEqual({
      count: 0,
      p50: null,
      p90: null,
      p99: null,
    });
  });

  test('a process outside any container has neither container nor pod', () => {
    const owner = { ...FLOW.owner!, cgroup: '/system.slice/ssh.service' };
    expect(flowDocument(named({ owner }), 0)).toMatchObject({ container: null, podUid: null });
    expect(flowDocument(named({ owner: null }), 0)).toMatchObject({ pid: null, process: null, cgroup: null });
  });
});

describe('a flow as a line', () => {
  test('stands in the columns of the heading', () => {
    const line = flowLine(named(), 0, style(false));
    expect(line).toContain('shop/frontend → shop/checkout:8080');
    expect(line.indexOf('closed')).toBe(HEADING.indexOf('end'));
    expect(line.indexOf('3, P50')).toBe(HEADING.indexOf('requests'));
  });

  test('says how it failed and what was lost before it', () => {
    expect(flowLine(named({ failure: 'refused', requests: 0 }), 0, style(false))).toMatch(
      / refused .* none$/,
    );
    expect(flowLine(named({ failure: 'reset', resetBy: 'server' }), 4, style(false))).toMatch(
      /reset \(server\).*4 connections lost before this line$/,
    );
  });

  test('an end without a workload goes by its process and address, shortened from the left', () => {
    const bare: Endpoint = {
      resolution: 'process',
      candidates: [],
      tags: { process: 'a-very-long-process-name' },
    };
    const line = flowLine({ ...named(), local: bare }, 0, style(false));
    expect(line).toContain('…');
    expect(line).toContain('10.0.1.2 → ');
  });
});

describe('filters', () => {
  const all: FlowFilter = { service: undefined, port: undefined, failed: false, slow: undefined };

  test('by name of either end, by server port, by failure, by slowness', () => {
    expect(passes(named(), all)).toBe(true);
    expect(passes(named(), { ...all, service: 'CHECK' })).toBe(true);
    expect(passes(named(), { ...all, service: 'shop/frontend' })).toBe(true);
    expect(passes(named(), { ...all, service: 'cart' })).toBe(false);
    expect(passes(named(), { ...all, port: 8080 })).toBe(true);
    expect(passes(named(), { ...all, port: 5050 })).toBe(false);
    expect(passes(named(), { ...all, failed: true })).toBe(false);
    expect(passes(named({ failedRequests: 1 }), { ...all, failed: true })).toBe(true);
    expect(passes(named({ failure: 'timeout' }), { ...all, failed: true })).toBe(true);
    expect(passes(named(), { ...all, slow: 100_000 })).toBe(true);
    expect(passes(named(), { ...all, slow: 1_000_000 })).toBe(false);
    expect(passes(named({ latency: EMPTY_HISTOGRAM, connectMicros: 3e6 }), { ...all, slow: 1e6 })).toBe(true);
  });
});
