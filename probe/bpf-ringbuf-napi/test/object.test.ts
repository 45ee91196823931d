import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { BpfObject } from '../index.js';
import { compile, failureOf, loadPrograms, needsKernel, openPrograms, scratch, u32 } from './support.ts';

test('lists programs with their sections, and what was loaded of them', (context) => {
  needsKernel(context);
  const object = openPrograms(context);
  const before = object.programs();
  expect(before.find(({ name }) => name === 'on_call')).toEqual({
    name: 'on_call',
    section: 'tp_btf/sys_enter',
    autoload: true,
    loaded: false,
  });
  object.setAutoload('list_ports', false);
  object.load();
  const loaded = object.programs().filter((program) => program.loaded);
  expect(loaded.map(({ name }) => name)).toEqual(
    before.map(({ name }) => name).filter((name) => name !== 'list_ports'),
  );
  expect(failureOf(() => object.runIteratorSync('list_ports'))).toMatchObject({ code: 'EBADF' });
});

test('refuses files that are not there, not objects, or writable by everybody', (context) => {
  needsKernel(context);
  const good = compile(context, 'programs');
  const folder = scratch(context);
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  expect(failureOf(() => BpfObject.open(join(folder, 'absent.o')))).toMatchObject({ code: 'ENOENT' });
  expect(failureOf(() => BpfObject.open(file('text.o', 'no object')))).toMatchObject({ code: 'EINVAL' });
  expect(failureOf(() => BpfObject.open(file('empty.o', '')))).toMatchObject({ code: 'EINVAL' });
  expect(failureOf(() => BpfObject.open(file('cut.o', '\x7fELF')))).toMatchObject({ code: 'EINVAL' });
  expect(failureOf(() => BpfObject.open(folder))).toMatchObject({ code: 'EINVAL' });
  expect(failureOf(() => BpfObject.open(process.execPath)).code).toMatch(/^(EINVAL|EFBIG)$/);
  mkdirSync(join(folder, 'open'));
  const exposed = join(folder, 'open', 'programs.bpf.o');
  copyFileSync(good, exposed);
  chmodSync(exposed, 0o666);
  expect(failureOf(() => BpfObject.open(exposed))).toMatchObject({ code: 'EACCES' });
  chmodSync(exposed, 0o664);
  BpfObject.open(exposed).close();
});

test('says which program or map does not exist', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  for (const action of [
    () => object.attach('nobody'),
    () => object.map('nothing'),
    () => object.ring('nothing'),
    () => object.runIteratorSync('nobody'),
  ]) {
    expect(failureOf(action)).toMatchObject({
      code: 'ENOENT',
      message: expect.stringMatching(/nobody|nothing/),
    });
  }
  expect(failureOf(() => object.ring('table'))).toMatchObject({ code: 'EINVAL' });
  expect(failureOf(() => object.runIteratorSync('on_call'))).toMatchObject({ code: 'EINVAL' });
});

test('gives the verifier’s reason when the kernel refuses a program', (context) => {
  needsKernel(context);
  const object = BpfObject.open(compile(context, 'refused'));
  context.onTestFinished(() => object.close());
  const failure = failureOf(() => object.load());
  expect(failure.code).toBe('EACCES');
  expect(failure.log).toContain('map_value_or_null');
  expect(Buffer.byteLength(failure.log)).toBeLessThanOrEqual(4096);
  expect(failureOf(() => object.load())).toMatchObject({ code: 'EBUSY' });
  expect(failureOf(() => object.map('table'))).toMatchObject({ code: 'EBADF' });
});

test('one program that cannot be attached leaves the others alone', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  const failure = failureOf(() => object.attach('unattachable'));
  expect(failure.log).toContain('nowhere/nothing');
  const link = object.attach('on_call');
  link.detach();
  link.detach();
});

test('keeps the order: changes, load, use', (context) => {
  needsKernel(context);
  const object = openPrograms(context);
  for (const early of [
    () => object.attach('on_call'),
    () => object.map('table'),
    () => object.ring('records'),
  ]) {
    expect(failureOf(early)).toMatchObject({ code: 'EBADF', message: expect.stringContaining('load') });
  }
  object.setMaxEntries('table', 100);
  object.load();
  expect(object.map('table').maxEntries).toBe(100);
  for (const late of [
    () => object.load(),
    () => object.setAutoload('on_call', false),
    () => object.setMaxEntries('table', 1),
    () => object.setGlobal('stamp', u32(1)),
  ]) {
    expect(failureOf(late)).toMatchObject({ code: 'EBUSY' });
  }
});

test('everything opened from an object ends with it', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  const map = object.map('table');
  const ring = object.ring('records');
  const link = object.attach('on_call');
  object.close();
  object.close();
  for (const action of [
    () => map.lookup(u32(1)),
    () => map.update(u32(1), new Uint8Array(8)),
    () => map.delete(u32(1)),
    () => map.sweep(),
    () => ring.drain(new Uint8Array(64)),
    () => ring.pending(),
    () => object.programs(),
    () => object.statistics(),
    () => object.map('table'),
  ]) {
    expect(failureOf(action)).toMatchObject({ code: 'EBADF' });
  }
  link.detach();
});

test('globals must exist and have the size of the bytes', (context) => {
  needsKernel(context);
  const object = openPrograms(context);
  expect(failureOf(() => object.setGlobal('nothing', u32(1)))).toMatchObject({ code: 'ENOENT' });
  expect(failureOf(() => object.setGlobal('stamp', new Uint8Array(8)))).toMatchObject({ code: 'EINVAL' });
});

test('what nobody holds any more is freed, and a link alone keeps its object', async (context) => {
  needsKernel(context);
  setFlagsFromString('--expose-gc');
  const collect = async () => {
    for (let i = 0; i < 5; i++) {
      (runInNewContext('gc') as () => void)();
      await turn();
    }
  };
  const path = compile(context, 'programs');
  const kernelHandles = () =>
    readdirSync('/proc/self/fd').length + readFileSync('/proc/self/maps', 'utf8').split('bpf-map').length;
  const open = () => {
    const object = BpfObject.open(path);
    object.load();
    object.ring('records').pending();
    object.map('table').sweep();
    return object.attach('on_call');
  };
  await collect();
  const before = kernelHandles();
  let link: unknown = open();
  await collect();
  const withLink = kernelHandles();
  expect(withLink).toBeGreaterThan(before);
  for (let i = 0; i < 5; i++) open();
  await collect();
  expect(kernelHandles()).toBe(withLink);
  link = null;
  await collect();
  expect(kernelHandles()).toBe(before);
  expect(link).toBeNull();
});
