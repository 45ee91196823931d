import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../ui/cli/faultline.mjs', import.meta.url));
/** Attaching takes a second or two; a busy machine is given its time. */
const READY_MILLIS = 180_000;

export interface UpOptions {
  /** Globs over named network namespaces. */
  readonly netns: readonly string[];
  /** Address of the Kubernetes API. */
  readonly server: string;
  readonly store: string;
}

/** `faultline up` as users run it: a process of its own. */
export interface Up {
  readonly url: string;
  /** Everything it has said on standard error so far. */
  said(): string;
  /** SIGINT, as Ctrl-C: what is in memory reaches the store. Returns the exit code. */
  stop(): Promise<number>;
  /** SIGKILL: nobody gets to tidy up. */
  kill(): Promise<void>;
}

/** Starts `faultline up` and waits for `ready`. Throws with what it said if it ends first. */
export async function startUp({ netns, server, store }: UpOptions): Promise<Up> {
  const args = ['up', '--store', store, '--listen', '127.0.0.1:0', '--server', server];
  const child = spawn(process.execPath, [CLI, ...args, ...netns.flatMap((glob) => ['--netns', glob])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const orphaned = (): void => void child.kill('SIGKILL');
  // A process that a signal ends has no `exit`.
  const ends = ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const end of ends) process.once(end, orphaned);
  child.once('exit', () => {
    for (const end of ends) process.off(end, orphaned);
  });
  let said = '';
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const url = await ready(
    child,
    () => `${printed}\n${said}`,
    () => said,
  );
  return {
    url,
    said: () => said,
    stop: async () => {
      const ended = exited(child);
      child.kill('SIGINT');
      return ended;
    },
    kill: async () => {
      const ended = exited(child);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function ready(child: ChildProcess, all: () => string, said: () => string): Promise<string> {
  const deadline = Date.now() + READY_MILLIS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`faultline up ended with ${child.exitCode}: ${all()}`);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(all())?.[0];
    if (/^ready\b/m.test(said()) && url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`faultline up was not ready in time: ${all()}`);
}

async function exited(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? -1;
}
