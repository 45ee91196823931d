import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { netnsPath, runIn, sleep } from '../../world/shell.ts';
import type { Secrets } from './certificate.ts';

/** Where servers are started: a network namespace, a folder for all of them, a certificate. */
export interface Place {
  readonly folder: string;
  readonly secrets: Secrets;
  /** A folder of its own for a server that runs as nobody. */
  owned(name: string): string;
  /** Starts a program in the namespace and waits until somebody listens on the port. */
  serve(port: number, program: string, args: readonly string[]): Promise<void>;
  /** Starts `node-server.ts` there with these arguments and waits until it is ready. */
  node(...args: readonly string[]): Promise<void>;
  /** Of everything started so far. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export const NOBODY = 65_534;
const NODE_SERVER = fileURLToPath(new URL('../node-server.ts', import.meta.url));
const PATIENCE_MILLIS = 60_000;
/** Of what a server that has ended has said, as much is quoted. */
const MOST_SAID = 2_000;

interface Running {
  readonly child: ChildProcess;
  /** Rejects when it ends by itself. */
  readonly failure: Promise<never>;
}

export function createPlace(netns: string, folder: string, secrets: Secrets): Place {
  const children: ChildProcess[] = [];
  /* Where the benchmark is interrupted. */
  const kill = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', kill);

  const launch = (program: string, args: readonly string[], cwd: string): Running => {
    const child = spawn('nsenter', [`--net=${netnsPath(netns)}`, program, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MOST_SAID);
    });
    children.push(child);
    const failure = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${program} has ended with ${code}: ${said.trim()}`)));
    });
    failure.catch(() => {});
    return { child, failure };
  };

  return {
    folder,
    secrets,
    owned(name) {
      const data = join(folder, name);
      mkdirSync(data);
      chownSync(data, NOBODY, NOBODY);
      return data;
    },
    async serve(port, program, args) {
      const { child, failure } = launch(program, args, folder);
      child.stdout!.resume();
      await Promise.race([untilListening(netns, port), failure]);
    },
    async node(...args) {
      const { child, failure } = launch(
        process.execPath,
        ['--import', 'tsx', NODE_SERVER, ...args],
        process.cwd(),
      );
      const ready = new Promise<void>((resolve) => child.stdout!.once('data', () => resolve()));
      await Promise.race([ready, failure]);
    },
    get pids() {
      return children.flatMap(({ pid }) => pid ?? []);
    },
    async stop() {
      await Promise.all(children.map(end));
      process.off('exit', kill);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(force);
}

async function untilListening(netns: string, port: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLIS;
  for (;;) {
    const listeners = await runIn(netns, 'ss', ['-Hltnu', `sport = :${port}`]);
    if (listeners.trim() !== '') return;
    if (performance.now() > deadline) throw new Error(`nobody listens on port ${port}`);
    await sleep(50);
  }
}
