import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import {
  enableStats,
  inNetnsSync,
  kernelEnum,
  kernelHasBtf,
  kernelHasType,
  releaseKernelBtf,
  tracepointArguments,
} from '../index.js';
import {
  COUNTER,
  counter,
  failureOf,
  loadPrograms,
  namespace,
  needsKernel,
  run,
  scratch,
} from './support.ts';

test('answers questions about the kernel’s types, also after they were released', (context) => {
  needsKernel(context);
  for (let i = 0; i < 2; i++) {
    expect(kernelHasBtf()).toBe(true);
    expect(kernelHasType('btf_trace_inet_sock_set_state')).toBe(true);
    expect(kernelHasType('btf_trace_no_such_tracepoint')).toBe(false);
    expect(kernelHasType('')).toBe(false);
    expect(tracepointArguments('inet_sock_set_state')).toBe(3); // sk, oldstate, newstate
    expect(tracepointArguments('sys_enter')).toBe(2); // regs, id
    expect(tracepointArguments('no_such_tracepoint')).toBe(-1);
    expect(kernelEnum('skb_drop_reason')).toMatchObject({ SKB_NOT_DROPPED_YET: 0 });
    expect(kernelEnum('no_such_enum')).toEqual({});
    releaseKernelBtf();
  }
});

test('statistics count runs while they are on', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  object.attach('on_call');
  const runs = () => object.statistics().find(({ name }) => name === 'on_call')!;
  const disable = enableStats();
  for (let i = 0; i < 100; i++) getPriority();
  const on = runs();
  expect(on.runCount).toBeGreaterThanOrEqual(100);
  expect(on.runNanos).toBeGreaterThan(0);
  disable();
  disable();
});

test('an iterator lists the sockets of the namespace it was run in', async (context) => {
  needsKernel(context);
  needs(context, 'ip');
  const object = loadPrograms(context);
  const { path } = namespace(context);
  const ports = () => [...new Uint32Array(object.runIteratorSync('list_ports', { netns: path }).buffer)];
  expect(ports()).toEqual([]);

  // Listening on a port alone makes the socket at once, in the namespace the thread is in.
  const servers = inNetnsSync(path, () => Array.from({ length: 3 }, () => createServer().listen(0)));
  context.onTestFinished(() => servers.forEach((server) => void server.close()));
  await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
  const listening = servers.map((server) => (server.address() as { port: number }).port);
  expect(ports().sort()).toEqual(listening.sort());
  expect(failureOf(() => object.runIteratorSync('list_ports', { netns: '/run/netns/none' }))).toMatchObject({
    code: 'ENOENT',
  });
  expect(failureOf(() => object.runIteratorSync('list_ports', { netns: '/etc/hosts' }))).toMatchObject({
    code: 'EINVAL',
  });
});

test('uprobes hit the function of the process asked for, at entry and return', async (context) => {
  needsKernel(context);
  needs(context, 'gcc');
  const folder = scratch(context);
  const binary = join(folder, 'caller');
  const source = `#include <stdio.h>
    __attribute__((noinline)) void touched(void) { asm volatile(""); }
    int main(void) { for (int c; (c = getchar()) != EOF; fflush(stdout)) { touched(); putchar(c); } }`;
  writeFileSync(join(folder, 'caller.c'), source);
  run('gcc', '-O1', '-pie', '-fPIE', join(folder, 'caller.c'), '-o', binary);
  const offset = Number.parseInt(/^(\w+) T touched$/m.exec(run('nm', binary))![1]!, 16);

  const object = loadPrograms(context);
  const child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
  context.onTestFinished(() => void child.kill());
  await once(child, 'spawn');
  const entry = object.attachUprobe('on_function', { binary, offset, pid: child.pid! });
  object.attachUprobe('on_function', { binary, offset, pid: child.pid!, returns: true });
  execFileSync(binary, { input: 'xxxxx' }); // another process: not hit
  expect(counter(object, COUNTER.uprobeHits)).toBe(0);
  const answer = once(child.stdout, 'data');
  child.stdin.write('a');
  await answer;
  expect(counter(object, COUNTER.uprobeHits)).toBe(2);
  entry.detach();
  child.stdin.end('b');
  await once(child, 'close');
  expect(counter(object, COUNTER.uprobeHits)).toBe(3);

  object.attachUprobe('on_function', { binary, offset });
  execFileSync(binary, { input: 'xxxxx' });
  expect(counter(object, COUNTER.uprobeHits)).toBe(8);
});
