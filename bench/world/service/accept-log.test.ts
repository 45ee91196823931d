import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { AcceptLog } from './accept-log.ts';

function socket(remoteAddress: string, remotePort: number): Socket {
  return Object.assign(new EventEmitter(), { remoteAddress, remotePort }) as unknown as Socket;
}

test('finds a connection by address, port and time', () => {
  const log = new AcceptLog();
  log.record(socket('10.244.1.5', 40_000));
  const at = Date.now();
  expect(log.has({ addresses: ['10.244.1.9', '10.244.1.5'], port: 40_000, at })).toBe(true);
  expect(log.has({ addresses: ['10.244.1.5'], port: 40_001, at })).toBe(false);
  expect(log.has({ addresses: ['10.244.1.5'], port: 40_000, at: at - 60_000 })).toBe(false);
});

test('a port that comes round again does not hide the earlier connection', () => {
  vi.useFakeTimers();
  try {
    const log = new AcceptLog();
    const first = Date.now();
    log.record(socket('10.244.1.5', 40_000));
    vi.advanceTimersByTime(60_000);
    log.record(socket('10.244.1.5', 40_000));
    for (const at of [first, Date.now()]) {
      expect(log.has({ addresses: ['10.244.1.5'], port: 40_000, at })).toBe(true);
    }
  } finally {
    vi.useRealTimers();
  }
});

test('counts accepted and open connections', () => {
  const log = new AcceptLog();
  const [one, other] = [socket('10.0.0.1', 1), socket('10.0.0.1', 2)];
  log.record(one);
  log.record(other);
  one.emit('close');
  expect([log.accepted, log.open]).toEqual([2, 1]);
});
