import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Feature } from '../probe/index.ts';
import { flowOf, nodeOf, podOf, SECOND } from './fixtures.ts';
import { loadObjects, Names, watchObjects } from './index.ts';

let folder: string;
let file: string;
let names: Names;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-objects-'));
  file = join(folder, 'objects.json');
  names = new Names();
});
afterEach(() => rm(folder, { recursive: true }));

const listOf = (...items: readonly object[]) => ({ kind: 'List', apiVersion: 'v1', items });
const untyped = ({ kind: _, apiVersion: __, ...rest }: ReturnType<typeof podOf>) => rest;
const podAt = (ip: string, to = Date.now() * 1000) =>
  names.name(flowOf({ peer: { ip, port: 8080 }, to })).remote.tags.pod;
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

test.each([
  ['a JSON list', JSON.stringify(listOf(podOf('a'), nodeOf('n1', '10.9.0.1')))],
  ['a YAML list', stringify(listOf(podOf('a'), nodeOf('n1', '10.9.0.1')))],
  ['YAML documents', `---\n${stringify(podOf('a'))}\n---\n---\n${stringify(nodeOf('n1', '10.9.0.1'))}`],
  ['lists in an array', JSON.stringify([listOf(podOf('a')), listOf(nodeOf('n1', '10.9.0.1'))])],
  [
    'lists as the API server sends them',
    JSON.stringify([{ kind: 'PodList', items: [untyped(podOf('a'))] }, nodeOf('n1', '10.9.0.1')]),
  ],
])('%s', async (_, content) => {
  await writeFile(file, content);
  await loadObjects(file, names, 100 * SECOND);
  expect(podAt('10.0.0.2', 101 * SECOND)).toBe('a');
  expect(podAt('10.0.0.2', 99 * SECOND)).toBeUndefined();
  expect(names.nodes()).toEqual(['n1']);
});

test.each([
  ['FL-205', '{"kind": "List", "items": ['],
  ['FL-205', 'just text'],
  ['FL-205', '[1, 2]'],
  ['FL-205', 'a: [1'],
  ['FL-205', 'a: &a [*a]\nb: *missing'],
])('%s: %s', async (code, content) => {
  await writeFile(file, content);
  await expect(loadObjects(file, names)).rejects.toMatchObject({ code });
  expect(names.counters().objects).toBe(0);
});

test('a file that is not there is FL-204', async () => {
  await expect(loadObjects(join(folder, 'none.json'), names)).rejects.toMatchObject({ code: 'FL-204' });
  await expect(watchObjects(join(folder, 'none.json'), names)).rejects.toMatchObject({ code: 'FL-204' });
});

test('a watched file is read again when it changes, is replaced, or was broken for a while', async () => {
  const states: Feature[] = [];
  await writeFile(file, JSON.stringify(listOf(podOf('a'))));
  const watch = await watchObjects(file, names, { onState: (state) => void states.push(state) });
  try {
    expect(podAt('10.0.0.2')).toBe('a');
    await writeFile(file, JSON.stringify(listOf(podOf('b', { ip: '10.0.0.3' }))));
    await eventually(() => expect([podAt('10.0.0.2'), podAt('10.0.0.3')]).toEqual([undefined, 'b']));

    const next = join(folder, 'next.json');
    await writeFile(next, JSON.stringify(listOf(podOf('c', { ip: '10.0.0.4' }))));
    await rename(next, file);
    await eventually(() => expect(podAt('10.0.0.4')).toBe('c'));

    await writeFile(file, '{"kind":');
    await eventually(() =>
      expect(watch.states()).toMatchObject([{ state: 'off', reason: expect.stringMatching(/^FL-205/) }]),
    );
    expect(podAt('10.0.0.4')).toBe('c');
    await writeFile(file, JSON.stringify(listOf(podOf('d', { ip: '10.0.0.5' }))));
    await eventually(() => expect(podAt('10.0.0.5')).toBe('d'));
    expect(states.map(({ state }) => state)).toEqual(['on', 'off', 'on']);
  } finally {
    await watch.stop();
  }
});
