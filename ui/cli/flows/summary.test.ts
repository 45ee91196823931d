import { describe, expect, test } from 'vitest';
import type { Endpoint, NamedFlow } from '../../../enrich/index.ts';
import { EMPTY_HISTOGRAM, type Flow, histogramOf } from '../../../probe/index.ts';
import { style } from '../../report/style.ts';
import { FLOW } from './fixtures.ts';
import { type SummaryFrame, screenOf } from './screen.ts';
import { createSummary } from './summary.ts';

const named = (workload: string): Endpoint => ({ resolution: 'process', candidates: [], tags: { workload } });
/** Nothing has happened yet. */
const QUIET: Flow = { ...FLOW, opened: 0, requests: 0, latency: EMPTY_HISTOGRAM };
const CLIENT = { ip: '10.0.0.1', port: 40_000 };
const SERVER = { ip: '10.0.0.2', port: 80 };

const seenByClient = (parts: Partial<Flow>): NamedFlow => ({
  flow: { ...QUIET, role: 'client', local: CLIENT, peer: SERVER, ...parts },
  local: named('web'),
  remote: named('cart'),
});
const seenByServer = (parts: Partial<Flow>): NamedFlow => ({
  flow: { ...QUIET, role: 'server', local: SERVER, peer: CLIENT, ...parts },
  local: named('cart'),
  remote: named('web'),
});

describe('the sums of a summary', () => {
  test('count what both ends saw once', () => {
    const summary = createSummary();
    summary.add(seenByClient({ opened: 1, requests: 3, latency: histogramOf([10, 10, 10]) }));
    summary.add(seenByServer({ opened: 1, requests: 3 }));
    summary.add(seenByClient({ requests: 2, failedRequests: 1 }));
    expect(summary.take().rows).toEqual([
      expect.objectContaining({
        client: 'web',
        server: 'cart',
        port: 80,
        opened: 1,
        requests: 5,
        failedRequests: 1,
      }),
    ]);
    expect(summary.take().rows).toEqual([]);
  });

  test('take the server’s word where the client is elsewhere', () => {
    const summary = createSummary();
    summary.add(seenByServer({ requests: 4 }));
    expect(summary.take().rows).toMatchObject([{ client: 'web', server: 'cart', requests: 4 }]);
  });

  test('join the pods of a workload and put the busiest first', () => {
    const summary = createSummary();
    summary.add(seenByClient({ requests: 1 }));
    summary.add(seenByClient({ requests: 1, local: { ip: '10.0.0.9', port: 1 } }));
    summary.add(seenByClient({ requests: 9, peer: { ip: '10.0.0.3', port: 6379 } }));
    expect(summary.take().rows.map(({ port, requests }) => [port, requests])).toEqual([
      [6379, 9],
      [80, 2],
    ]);
  });

  test('leave out and count what is beyond the bound', () => {
    const summary = createSummary();
    for (let i = 0; i < 10_003; i++)
      summary.add(seenByClient({ peer: { ip: `10.1.${i >> 8}.${i & 255}`, port: 80 } }));
    expect(summary.take().leftOut).toBe(3);
  });
});

describe('the screen', () => {
  const frame = (count: number): SummaryFrame => {
    const summary = createSummary();
    for (let i = 0; i < count; i++)
      summary.add(
        seenByClient({ requests: i + 1, failedRequests: i % 2, peer: { ip: '10.0.0.2', port: 1000 + i } }),
      );
    return { at: new Date(0), seconds: 1, ...summary.take(), counters: { sockets: 2, lost: 0 } };
  };

  test.each([80, 100, 120, 200])('keeps to %i columns and the height', (width) => {
    const lines = screenOf(frame(50), width, 12, style(false)).split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.join('\n')).toContain('more lines');
  });

  test('says when nothing happened', () => {
    expect(screenOf(frame(0), 100, 12, style(false))).toContain('nothing happened');
  });
});
