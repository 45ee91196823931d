import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../.ci/needs.ts';
import { CHUNK_BYTES, type TappedChunk } from './chunk.ts';
import { setLevel } from './control.ts';
import { tap } from './testing/tapped.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'gcc'] as const;
const SOURCE = fileURLToPath(new URL('testing/calls.c', import.meta.url));
/** Vectors of one call that are gathered. */
const VECTORS = 32;

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

interface Call {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly readable: boolean;
}

/** Calls of one direction at one end, with their places in the stream. */
function ledger(printed: string, direction: string): readonly Call[] {
  let offset = 0;
  return printed
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([which]) => which === direction)
    .map(([, name, bytes, readable]) => {
      const call = { name: name!, offset, length: Number(bytes), readable: readable === '1' };
      offset += call.length;
      return call;
    });
}

/** What calls.c writes: a request line that names the call, then the alphabet. */
function message(name: string, length: number): Uint8Array {
  const head = `GET /${name} HTTP/1.1\r\n\r\n`;
  return Uint8Array.from({ length }, (_, i) => (i < head.length ? head.charCodeAt(i) : 97 + (i % 26)));
}

const shape = ({ offset, length, unreadable }: TappedChunk) => ({ offset, length, unreadable });

test('every way to send gives one chunk with its place, its length and its first bytes', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap();
  try {
    const printed = tapped.run(calls, '7001');
    const sent = ledger(printed, 'send');
    const chunks = tapped.chunks().filter(({ role, received }) => role === 'client' && !received);
    expect(chunks.map(shape)).toEqual(
      sent.map(({ offset, length, readable }) => ({ offset, length, unreadable: !readable })),
    );
    for (const [i, { name, length, readable }] of sent.entries()) {
      const { bytes, cookie, netns, at } = chunks[i]!;
      expect({ cookie, netns }).toEqual({ cookie: chunks[0]!.cookie, netns: tapped.inum });
      expect(at).toBeGreaterThanOrEqual(chunks[Math.max(0, i - 1)]!.at);
      const captured = !readable ? 0 : name === 'vectors' ? 20 * VECTORS : Math.min(length, CHUNK_BYTES);
      expect(bytes.length).toBe(captured);
      if (readable && !['late', 'write'].includes(name)) expect(bytes).toEqual(message(name, captured));
    }
    expect(tapped.counters()).toMatchObject({ chunksLost: 0 });
  } finally {
    tapped.close();
  }
});

test('every way to receive gives one chunk; what cannot be read is there with its length', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap();
  try {
    const printed = tapped.run(calls, '7002');
    const sent = tapped.chunks();
    const chunks = sent.filter(({ role, received }) => role === 'server' && received);
    const taken = ledger(printed, 'receive');
    const large = taken.findIndex(({ name }) => name === 'large');
    expect(chunks.slice(0, large).map(shape)).toEqual(
      taken
        .slice(0, large)
        .map(({ offset, length, readable }) => ({ offset, length, unreadable: !readable })),
    );
    /* A large message is read in pieces that follow each other. */
    const pieces = chunks.slice(large);
    pieces.forEach(({ offset }, i) => {
      const before = chunks[large + i - 1]!;
      expect(offset).toBe(before.offset + before.length);
    });
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(taken[large]!.length);
    const names = taken.slice(0, large).map(({ name }) => name);
    for (const [name, length] of [
      ['read', 101],
      ['readv', CHUNK_BYTES],
      ['recvfrom', 102],
      ['recvmsg', CHUNK_BYTES],
      ['part', 3],
    ] as const) {
      expect(chunks[names.indexOf(name)]!.bytes).toEqual(message('answers', length));
    }
    expect(chunks[names.indexOf('rest')]!.bytes).toEqual(message('answers', 103).subarray(3));
    for (const { arrived, at, unreadable } of chunks) {
      if (unreadable) continue;
      expect(arrived).toBeGreaterThan(0);
      expect(arrived).toBeLessThanOrEqual(at);
    }
    /* The answer to the large message. */
    for (const [role, direction] of [
      ['server', 'answer'],
      ['client', 'taken'],
    ] as const) {
      const back = sent.filter((each) => each.role === role && each.received === (role === 'client'));
      expect(back.map(shape)).toEqual([{ offset: 0, length: 50, unreadable: false }]);
      expect(back[0]!.bytes).toEqual(message('back', ledger(printed, direction)[0]!.length));
    }
  } finally {
    tapped.close();
  }
});

test('where the beginning of a send has no event, its end is tapped', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap({ without: ['request start'] });
  try {
    /* The last one ends its connection before it returns. */
    const sent = ledger(tapped.run(calls, '7003'), 'send').filter(({ name }) => name !== 'late');
    const chunks = tapped.chunks().filter(({ role, received }) => role === 'client' && !received);
    expect(chunks.map(({ offset, length }) => ({ offset, length }))).toEqual(
      sent.map(({ offset, length }) => ({ offset, length })),
    );
    for (const [i, { name, length, readable }] of sent.entries()) {
      const silent = !readable || name === 'io_uring' || name === 'sendmmsg';
      expect(chunks[i]!.unreadable).toBe(silent);
      if (!silent && name === 'sendmsg')
        expect(chunks[i]!.bytes).toEqual(message(name, Math.min(length, 2048)));
    }
  } finally {
    tapped.close();
  }
});

test('chunks that the ring refuses are counted: made = seen + lost', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap({ payloadBytes: 4096 });
  try {
    const printed = tapped.run(calls, '7004');
    const chunks = tapped.chunks();
    const { chunks: made, chunksLost, chunksCut } = tapped.counters();
    expect(chunksLost).toBeGreaterThan(0);
    expect(made).toBe(chunks.length + chunksLost);
    expect(chunksCut).toBeGreaterThanOrEqual(
      ledger(printed, 'send').filter(({ length }) => length > CHUNK_BYTES).length,
    );
  } finally {
    tapped.close();
  }
});

const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');
/** A size of four bytes, then so many. */
const sized = (hex: string) => (hex.length / 2).toString(16).padStart(8, '0') + hex;

const SPOKEN = {
  'HTTP request': ascii('DELETE /cart HTTP/1.1\r\n\r\n'),
  'HTTP/2 preface': ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'HTTP/2 frame': `00000401040000000f${ascii('abcd')}`,
  'PostgreSQL startup': `0000000d00030000${ascii('user\0')}`,
  'PostgreSQL query': `510000000d${ascii('SELECT 1\0')}`,
  'PostgreSQL prepared statement': `500000000a${ascii('s\0BEG\0')}53`,
  'MySQL query': `0900000003${ascii('SELECT 1')}`,
  'Redis command': ascii('*1\r\n$4\r\nPING\r\n'),
  'Kafka request': sized('000300090000000100046162636400'),
  'DNS query': `001c00070100000100000000000004${ascii('shop')}05${ascii('bench')}0000010001`,
  'DNS query without its length': `00070120000100000000000104${ascii('shop')}0000010001`,
};
const SILENT = {
  'TLS handshake': '1603010005010000010303',
  text: ascii('hello there, nobody knows this'),
  'zero bytes': '00'.repeat(64),
};

test('protocols that are parsed stay tapped, an encrypted one is left at once, an unknown one after eight chunks', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap();
  try {
    const perEnd = (name: string, hex: string, port: number) => {
      tapped.run(calls, String(port), '12', hex);
      const chunks = tapped.chunks();
      return [name, ...['client', 'server'].map((end) => chunks.filter(({ role }) => role === end).length)];
    };
    let port = 7100;
    for (const [name, hex] of Object.entries(SPOKEN))
      expect(perEnd(name, hex, port++)).toEqual([name, 12, 12]);
    for (const [name, hex] of Object.entries(SILENT)) {
      const chunks = name === 'TLS handshake' ? 1 : 8;
      expect(perEnd(name, hex, port++)).toEqual([name, chunks, chunks]);
    }
  } finally {
    tapped.close();
  }
});

test('what user space found out about a server decides, and no payload is taken above the level of payload', (context) => {
  needs(context, ...NEEDS);
  const tapped = tap();
  try {
    const key = new Uint8Array(24);
    const view = new DataView(key.buffer);
    const say = (port: number, answer: number) => {
      view.setUint32(0, tapped.inum, true);
      view.setUint16(4, port, true);
      key.set([255, 255, 127, 0, 0, 1], 18);
      tapped.map('parsed').update(key, Uint8Array.of(answer));
    };
    const count = (port: number, hex: string) => {
      tapped.run(calls, String(port), '12', hex);
      return tapped.chunks().length;
    };
    say(7201, 1);
    expect(count(7201, SILENT.text)).toBe(24);
    say(7202, 0);
    expect(count(7202, SPOKEN['HTTP request'])).toBe(0);

    for (const level of ['turns', 'connections'] as const) {
      setLevel(tapped.map('control'), level);
      expect(count(7203, SPOKEN['HTTP request'])).toBe(0);
    }
    setLevel(tapped.map('control'), 'payload');
    expect(count(7204, SPOKEN['HTTP request'])).toBe(24);
  } finally {
    tapped.close();
  }
});
