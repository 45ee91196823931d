import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { why } from '../../analysis/index.ts';
import { type EdgeStore, openCapture, writeCapture } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { faultline } from '../testing/run.ts';
import { openShop } from '../testing/shop.ts';
import { connectStore } from './remote.ts';
import { shareStore, socketPath } from './share.ts';

let folder: string;
let path: string;
let store: EdgeStore;
let unshare: () => void;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-share-'));
  path = join(folder, 'shop.duckdb');
  store = await openShop(path);
  // What a process that was killed leaves behind must not be in the way.
  await writeFile(socketPath(path), '');
  unshare = await shareStore(path, {
    reader: store,
    capture: (file, period) => writeCapture(store, file, period),
  });
});

afterAll(async () => {
  unshare();
  await store.close();
  expect(existsSync(socketPath(path))).toBe(false);
  await rm(folder, { recursive: true, force: true });
});

describe('a store another process writes', () => {
  test('answers every question as the file would', async () => {
    const remote = (await connectStore(path))!;
    const range = (await store.range())!;
    const service = { namespace: 'shop', workload: 'checkout' };
    expect(await remote.reader.range()).toEqual(range);
    expect(await remote.reader.leaves(range)).toEqual(await store.leaves(range));
    expect(await why(remote.reader, { service })).toEqual(await why(store, { service }));
    // Questions asked at once get their own answers.
    const [nodes, hits, changes] = await Promise.all([
      remote.reader.nodes(range),
      remote.reader.search('redis'),
      remote.reader.changes(range),
    ]);
    expect([nodes, hits, changes]).toEqual([
      await store.nodes(range),
      await store.search('redis'),
      await store.changes(range),
    ]);
    remote.close();
  });

  test('commands of other processes are answered while it is open', async () => {
    const report = await faultline(['why', 'checkout', '--store', path]);
    expect(report).toMatchObject({ code: 0, out: expect.stringContaining('payment v2.12 answers slowly') });
    expect((await faultline(['map', 'cart', '--store', path])).out).toContain('shop/redis');
    const capture = join(folder, 'taken.duckdb');
    expect((await faultline(['capture', capture, '--store', path])).code).toBe(0);
    const taken = await openCapture(capture);
    expect(await taken.range()).toEqual(await store.range());
    await taken.close();
  });

  test('its errors arrive with their codes', async () => {
    const remote = (await connectStore(path))!;
    const error = await remote.capture(path, { from: 0, to: 1 }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FaultlineError);
    expect(error).toMatchObject({ code: 'FL-307' });
    remote.close();
  });

  test('is for the same user only, and no call but a reader’s is answered', async () => {
    expect(statSync(socketPath(path)).mode & 0o777).toBe(0o600);
    for (const line of [
      'nonsense',
      '[]',
      '{"method":"close","args":[]}',
      '{"method":"append","args":[{"rows":[]}]}',
    ]) {
      expect(await said(`${line}\n`)).toContain('FL-513');
    }
  });

  test('who sends without end is cut off', async () => {
    expect(await said('x'.repeat(3 << 20))).toBe('');
  });

  test('nobody there is no store', async () => {
    expect(await connectStore(join(folder, 'other.duckdb'))).toBeNull();
  });

  test('a path too long for a socket gets a short one', () => {
    const long = join(folder, 'x'.repeat(120));
    expect(Buffer.byteLength(socketPath(long))).toBeLessThanOrEqual(100);
    expect(socketPath(long)).not.toBe(socketPath(`${long}y`));
  });
});

/** Sends something raw; the first line that comes back, `''` when the connection is closed instead. */
function said(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(socketPath(path), () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
      if (answer.includes('\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}
