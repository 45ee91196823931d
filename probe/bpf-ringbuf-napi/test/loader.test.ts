import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import { build } from '../build.mjs';
import { BpfError, BpfObject, unavailable } from '../index.js';
import { run, scratch } from './support.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** What a fresh process finds when the addon is looked for at `path`. */
const LOOK = `
  process.env.BPF_RINGBUF_ADDON = process.argv[1];
  const bpf = await import(process.argv[2]);
  const reason = bpf.unavailable();
  const calls = {};
  for (const [name, value] of Object.entries(bpf)) {
    if (name === 'unavailable' || name === 'BpfError') continue;
    try { (value.open ?? value)(); calls[name] = 'no error'; } catch (error) { calls[name] = error === reason; }
  }
  console.log(JSON.stringify({ error: reason instanceof bpf.BpfError, code: reason.code, message: reason.message, calls }));`;

function look(path: string) {
  const module = pathToFileURL(join(folder, 'index.js')).href;
  return JSON.parse(run(process.execPath, '--input-type=module', '-e', LOOK, path, module)) as {
    error: boolean;
    code: string;
    message: string;
    calls: Record<string, unknown>;
  };
}

test('without the file, importing works and every call says how to build it', (context) => {
  needs(context, 'linux');
  const found = look(join(scratch(context), 'none.node'));
  expect(found).toMatchObject({
    error: true,
    code: 'ERR_NOT_BUILT',
    message: expect.stringContaining('build.mjs'),
  });
  expect(Object.keys(found.calls).sort()).toEqual(
    [
      ...[
        'BpfObject',
        'Conntrack',
        'enableStats',
        'inNetnsSync',
        'keepCapabilities',
        'kernelEnum',
        'kernelHasBtf',
      ],
      ...['kernelHasType', 'releaseKernelBtf', 'socketCookie', 'tickNanos', 'tracepointArguments'],
    ].sort(),
  );
  expect(Object.values(found.calls).every((same) => same === true)).toBe(true);
});

test('a file that cannot be loaded is told from one that is absent', (context) => {
  needs(context, 'linux');
  const path = join(scratch(context), 'broken.node');
  writeFileSync(path, 'not a library');
  expect(look(path)).toMatchObject({
    error: true,
    code: 'ERR_NOT_LOADABLE',
    message: expect.stringContaining('libbpf'),
  });
});

test('errors are of the exported class, and classes are not constructed by hand', (context) => {
  needs(context, 'linux', 'addon');
  expect(unavailable()).toBeNull();
  expect(() => BpfObject.open('/nonexistent')).toThrow(BpfError);
  const Constructible = BpfObject as unknown as new () => BpfObject;
  expect(() => new Constructible()).toThrow(BpfError);
});

test('builds from nothing, then finds itself up to date', async (context) => {
  needs(context, 'linux', 'addon');
  expect(await build()).toMatchObject({ built: false });
  const copy = scratch(context);
  for (const name of ['src', 'build.mjs', 'package.json'])
    cpSync(join(folder, name), join(copy, name), { recursive: true });
  const fresh = (await import(pathToFileURL(join(copy, 'build.mjs')).href)) as { build: typeof build };
  const first = await fresh.build();
  expect(first.built).toBe(true);
  expect(existsSync(first.path)).toBe(true);
  expect(await fresh.build()).toEqual({ path: first.path, built: false });
});

test('names the packages that are missing', async (context) => {
  needs(context, 'linux', 'addon');
  const copy = scratch(context);
  for (const name of ['src', 'build.mjs']) cpSync(join(folder, name), join(copy, name), { recursive: true });
  const script = `
    process.env.PATH = '/nonexistent';
    const { build } = await import(process.argv[1]);
    await build().catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`;
  const module = pathToFileURL(join(copy, 'build.mjs')).href;
  expect(JSON.parse(run(process.execPath, '--input-type=module', '-e', script, module))).toMatchObject({
    code: 'ERR_MISSING_PACKAGES',
    message: expect.stringContaining('apt-get install g++ libbpf-dev'),
  });
});
