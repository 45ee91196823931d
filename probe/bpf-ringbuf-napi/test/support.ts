import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import { BpfError, type BpfMap, BpfObject } from '../index.js';

/** Where in the `counters` map of programs.bpf.c what is counted. */
export const COUNTER = { attempted: 0, dropped: 1, discarded: 2, uprobeHits: 3 } as const;

const GETPRIORITY: Readonly<Record<string, bigint>> = { x64: 140n, arm64: 141n };

/** A directory for one test, removed after it. */
export function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bpf-ringbuf-'));
  context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function run(program: string, ...parameters: string[]): string {
  return execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What every test against the kernel needs. */
export function needsKernel(context: TestContext): void {
  needs(context, 'linux', 'root', 'btf', 'addon');
  const clang = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'clang')));
  if (!clang) context.skip('clang is not installed');
}

/** Compiles `test/NAME.bpf.c` and returns the object's path. */
export function compile(context: TestContext, name: string): string {
  const object = join(scratch(context), `${name}.bpf.o`);
  const source = fileURLToPath(new URL(`${name}.bpf.c`, import.meta.url));
  run('clang', '-O2', '-g', '-mcpu=v3', '-Wall', '-Werror', '-target', 'bpf', '-c', source, '-o', object);
  return object;
}

/** programs.bpf.c, open and told to watch this process's getpriority(2), not loaded. */
export function openPrograms(context: TestContext): BpfObject {
  const object = BpfObject.open(compile(context, 'programs'));
  context.onTestFinished(() => object.close());
  object.setGlobal('watched_pid', u32(process.pid));
  object.setGlobal('watched_call', i64(GETPRIORITY[process.arch] ?? -1n));
  return object;
}

export function loadPrograms(context: TestContext): BpfObject {
  const object = openPrograms(context);
  object.load();
  return object;
}

export function counter(object: BpfObject, which: number): number {
  return Number(readU64(object.map('counters'), u32(which)));
}

export function readU64(map: BpfMap, key: Uint8Array): bigint {
  const value = map.lookup(key);
  if (value === null) throw new Error('the key is not in the map');
  return new DataView(value.buffer).getBigUint64(0, true);
}

export function u32(...values: number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer);
}

export function u64(value: bigint): Uint8Array {
  return new Uint8Array(new BigUint64Array([value]).buffer);
}

export function i64(value: bigint): Uint8Array {
  return new Uint8Array(new BigInt64Array([value]).buffer);
}

/** The BpfError that `action` throws. */
export function failureOf(action: () => unknown): BpfError {
  try {
    action();
  } catch (error) {
    if (error instanceof BpfError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

let namespaces = 0;

/** A network namespace with loopback up, for one test. */
export function namespace(context: TestContext): { readonly name: string; readonly path: string } {
  const name = `flt-${process.pid}-addon${namespaces++}`;
  run('ip', 'netns', 'add', name);
  context.onTestFinished(() => void run('ip', 'netns', 'del', name));
  run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  return { name, path: `/run/netns/${name}` };
}
