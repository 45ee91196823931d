import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { needsKernel, run, scratch } from './support.ts';

test('the example prints the life of a connection', async (context) => {
  needsKernel(context);
  const example = fileURLToPath(new URL('../example/', import.meta.url));
  const object = join(scratch(context), 'tcp-states.bpf.o');
  run('clang', '-O2', '-g', '-target', 'bpf', '-c', join(example, 'tcp-states.bpf.c'), '-o', object);
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  context.onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };

  const child = spawn(process.execPath, [join(example, 'tcp-states.mjs'), object], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.onTestFinished(() => void child.kill());
  const states: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === 'watching') connect(port, '127.0.0.1').resume();
    const found = new RegExp(`→ :${port}  (.*)$`).exec(line);
    if (found !== null) states.push(found[1]!);
    if (line.endsWith('→ CLOSE') && found !== null) break;
  }
  expect(states).toEqual([
    'CLOSE → SYN_SENT',
    'SYN_SENT → ESTABLISHED',
    'ESTABLISHED → CLOSE_WAIT',
    'CLOSE_WAIT → LAST_ACK',
    'LAST_ACK → CLOSE',
  ]);
});
