import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { tickNanos } from '../bpf-ringbuf-napi/index.js';
import { setLevel } from './control.ts';
import { ENDED_SIZE, ROLE_SERVER, record } from './layout.ts';
import { type Tapped, tap } from './testing/tapped.ts';
import { readTurnSample, SAMPLE_SIZE, type TurnSample } from './turn-sample.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'gcc'] as const;
const SOURCE = fileURLToPath(new URL('testing/calls.c', import.meta.url));
const QUESTION = Buffer.from('question').toString('hex');

let folder: string;
let calls: string;

beforeAll(() => {
  if (missing(...NEEDS) !== null) return;
  folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
  calls = path.join(folder, 'calls');
  execFileSync('gcc', ['-O1', '-o', calls, SOURCE, '-lpthread']);
});

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

interface End {
  readonly server: boolean;
  readonly requests: number;
  readonly firstOffset: number;
  readonly zeroWindows: number;
}

/** Everything in the ring: requests told by themselves, and the ends of connections. */
function drain({ object }: Tapped): {
  readonly samples: readonly TurnSample[];
  readonly ends: readonly End[];
} {
  const buffer = new Uint8Array(1 << 20);
  const { bytes } = object.ring('ring').drain(buffer);
  const view = new DataView(buffer.buffer);
  const samples: TurnSample[] = [];
  const ends: End[] = [];
  for (let at = 0; at < bytes; ) {
    const length = view.getUint32(at, true);
    const base = at + 8;
    at = base + Math.ceil(length / 8) * 8;
    if (length === SAMPLE_SIZE) samples.push(readTurnSample(view, base));
    if (length !== ENDED_SIZE) continue;
    ends.push({
      server: record.role(view, base) === ROLE_SERVER,
      requests: record.requests(view, base),
      firstOffset: record.firstOffset(view, base),
      zeroWindows: record.zeroWindows(view, base),
    });
  }
  return { samples, ends };
}

test('both ends tell the same requests, and what the server saw lies within what the client saw', (context) => {
  needs(context, ...NEEDS);
  for (const [sampleShift, fewest, most] of [
    [0, 199, 199],
    [3, 5, 60],
  ] as const) {
    const tapped = tap({ payloadBytes: 0, sampleShift });
    try {
      tapped.run(calls, '7301', '200', QUESTION, 'answered');
      const { samples, ends } = drain(tapped);
      expect(ends.map(({ requests, firstOffset }) => [requests, firstOffset])).toEqual([
        [200, 0],
        [200, 0],
      ]);
      const clients = samples.filter(({ role }) => role === 'client');
      const servers = samples.filter(({ role }) => role === 'server');
      expect(clients.length).toBeGreaterThanOrEqual(fewest);
      expect(clients.length).toBeLessThanOrEqual(most);
      expect(servers.map(({ offset, isn }) => ({ offset, isn }))).toEqual(
        clients.map(({ offset, isn }) => ({ offset, isn })),
      );
      for (const [i, seen] of clients.entries()) {
        const there = servers[i]!;
        expect(seen.offset % 8).toBe(0);
        /* An arrival that something else followed before it was read is known to a tick. */
        expect(seen.begunNs).toBeLessThanOrEqual(there.begunNs + tickNanos());
        expect(there.begunNs).toBeLessThanOrEqual(there.readNs);
        expect(there.readNs).toBeLessThanOrEqual(there.answeredNs);
        expect(there.answeredNs).toBeLessThanOrEqual(seen.answeredNs);
      }
      expect(tapped.counters()).toMatchObject({ turnsTold: samples.length, turnsLost: 0, turnsWithheld: 0 });
    } finally {
      tapped.close();
    }
  }
});

test('a peer without room is counted at the end that wants to send', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap();
  try {
    tapped.run(calls, '7302', 'stall');
    const { ends } = drain(tapped);
    expect(ends.map(({ server }) => server).sort()).toEqual([false, true]);
    for (const { server, zeroWindows } of ends) {
      if (server) expect(zeroWindows).toBe(0);
      else expect(zeroWindows).toBeGreaterThan(0);
    }
    tapped.run(calls, '7303', '50', QUESTION, 'answered');
    expect(drain(tapped).ends.map(({ zeroWindows }) => zeroWindows)).toEqual([0, 0]);
  } finally {
    tapped.close();
  }
});

test('at the level of connections no request is told, and afterwards they are again', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap({ payloadBytes: 0, sampleShift: 0 });
  try {
    const requests = (port: number) => {
      tapped.run(calls, String(port), '20', QUESTION, 'answered');
      return drain(tapped).ends.map((end) => end.requests);
    };
    setLevel(tapped.map('control'), 'connections');
    expect(requests(7304)).toEqual([0, 0]);
    setLevel(tapped.map('control'), 'turns');
    expect(requests(7305)).toEqual([20, 20]);
  } finally {
    tapped.close();
  }
});
