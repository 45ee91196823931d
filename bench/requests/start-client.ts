import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { netnsPath } from '../world/shell.ts';
import type { Errand, Ledger } from './ledger.ts';

const CLIENT = fileURLToPath(new URL('client.ts', import.meta.url));

/** A client that waits for errands, so that the probe can be told of it first. */
export interface StartedClient {
  readonly pid: number;
  /** From now on it has a processor whenever it wants one, so that its clock measures the conversation and not its own queue. */
  hurry(): void;
  /** Runs one errand, over connections that are made for it and are closed behind it. */
  run(errand: Errand): Promise<Ledger>;
  kill(): void;
}

export function startClient(netns: string, protocol: string): StartedClient {
  const child = spawn(
    'nsenter',
    [`--net=${netnsPath(netns)}`, process.execPath, '--import', 'tsx', CLIENT, protocol],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const trouble = text(child.stderr);
  trouble.catch(() => {});
  child.once('error', () => {});
  /* Where the benchmark is interrupted. */
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  // A client that ends before its errand is judged by what it has said.
  child.stdin.on('error', () => {});
  return {
    pid: child.pid ?? 0,
    /* Where that is not allowed, its clock is as good as the machine is quiet. */
    hurry: () => void spawnSync('chrt', ['--fifo', '--pid', '1', String(child.pid)]),
    async run(errand) {
      child.stdin.write(`${JSON.stringify(errand)}\n`);
      const { done, value } = await answers.next();
      if (done === true) throw new Error(`the client of ${protocol} has ended: ${await trouble}`);
      return JSON.parse(value) as Ledger;
    },
    kill,
  };
}
