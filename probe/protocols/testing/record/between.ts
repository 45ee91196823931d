import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Protocol } from '../../../flow.ts';
import type { Conversation, Expected } from '../conversation.ts';
import { record } from '../recorder.ts';

/** Bytes kept of one call: more than the kernel captures. */
const KEPT = 2500;
const PATIENCE_MILLIS = 30_000;

/** What a client did, by its own account. */
export const good = (operation: string, timed = true): Expected => ({
  operation,
  status: 0,
  failed: false,
  timed,
});
export const bad = (operation: string, status: number, timed = true): Expected => ({
  operation,
  status,
  failed: true,
  timed,
});

/** Speaks on one connection to this port, and says what it asked and was told. */
export type Client = (port: number) => Promise<readonly Expected[]>;

export interface Spoken {
  readonly name: string;
  readonly protocol: Protocol;
  /** The well-known port. */
  readonly port: number;
  readonly between: string;
  /** Where the real server listens: a port of 127.0.0.1, or the path of a Unix socket. */
  readonly target: number | string;
  readonly kept?: number;
  /** Connections the client makes, and which of them is kept: the last one, unless said otherwise. */
  readonly connections?: number;
  readonly connection?: number;
  readonly client: Client;
}

/** Lets a client talk to a server, and keeps the connection with what the client wrote down about it. */
export async function converse({
  name,
  protocol,
  port,
  between,
  target,
  kept,
  connections = 1,
  connection = connections - 1,
  client,
}: Spoken): Promise<Conversation> {
  const recorder = await record(target, kept ?? KEPT);
  try {
    const expected = await client(recorder.port);
    await sleep(100);
    const said = recorder.connections[connection];
    if (said === undefined || recorder.connections.length > connections)
      throw new Error(`${name}: ${recorder.connections.length} connections`);
    return { name, protocol, transport: 'tcp', port, between, expected, said: [...said] };
  } finally {
    await recorder.close();
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a server of one process and waits until it takes connections. */
export async function launch(
  port: number,
  program: string,
  args: readonly string[],
  identity: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...identity });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const deadline = performance.now() + PATIENCE_MILLIS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${program}: ${complaint}`);
    await sleep(50);
  }
  return { stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
