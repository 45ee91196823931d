import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { netnsPath } from '../world/shell.ts';
import type { Errand, Ledger } from './ledger.ts';

const CLIENT = fileURLToPath(new URL('client.ts', import.meta.url));

/** A client that waits for its errand, so that the probe can be told of it first. */
export interface StartedClient {
  readonly pid: number;
  run(errand: Errand): Promise<Ledger>;
  kill(): void;
}

export function startClient(netns: string, protocol: string): StartedClient {
  const child = spawn(
    'nsenter',
    [`--net=${netnsPath(netns)}`, process.execPath, '--import', 'tsx', CLIENT, protocol],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const out = text(child.stdout);
  const trouble = text(child.stderr);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  ended.catch(() => {});
  // A client that ends before its errand is judged by its exit code.
  child.stdin.on('error', () => {});
  return {
    pid: child.pid ?? 0,
    async run(errand) {
      child.stdin.end(JSON.stringify(errand));
      const code = await ended;
      if (code !== 0) throw new Error(`the client of ${protocol} ended with ${code}: ${await trouble}`);
      return JSON.parse(await out) as Ledger;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
