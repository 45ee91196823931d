import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { loadTensors, wantedBackend } from './backend.ts';

test('the backend asked for is used, and by default the best that is there', async () => {
  expect((await loadTensors('cpu')).backend).toBe('cpu');
  const { backend, refused, tensors } = await loadTensors();
  expect(['node', 'wasm']).toContain(backend);
  expect(refused.map((each) => each.backend)).toEqual(backend === 'node' ? [] : ['node']);
  expect([...tensors.add(tensors.tensor1d([1, 2]), 1).dataSync()]).toEqual([2, 3]);
});

test('a backend that is asked for and not there is an error with its code', async () => {
  const native = await loadTensors('node').then(
    () => null,
    (cause) => cause,
  );
  if (native !== null) expect(native).toMatchObject({ code: 'FL-420', message: /node: not installed/ });
});

test('the environment names a backend, or says nothing', () => {
  expect(wantedBackend({})).toBe('best');
  expect(wantedBackend({ FAULTLINE_TENSORS: 'cpu' })).toBe('cpu');
  expect(() => wantedBackend({ FAULTLINE_TENSORS: 'gpu' })).toThrow(
    expect.objectContaining({ code: 'FL-420' }),
  );
});

test('loading it leaves nothing that listens to errors of the process', async () => {
  const count = () =>
    ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event as 'exit'));
  const before = count();
  await loadTensors('wasm');
  expect(count()).toEqual(before);
});

test('nothing of it is loaded before it is asked for', () => {
  const script = `
    const { register } = await import('tsx/esm/api');
    register();
    await import('./ui/cli/main.ts');
    await import('./analysis/index.ts');
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('tensorflow'));
    console.log(JSON.stringify(loaded));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual([]);
});
