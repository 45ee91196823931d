import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('holder.py', import.meta.url));

/** A process that holds both ends of connections of a namespace to itself. */
export interface Holder {
  open(connections: number): Promise<void>;
  /** A question and an answer on each. */
  talk(): Promise<void>;
  /** Closes them all. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export async function holdConnections(netns: string): Promise<Holder> {
  const child = spawn('ip', ['netns', 'exec', netns, 'python3', SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ask = async (command: string) => {
    const answer = once(lines, 'line');
    child.stdin.write(`${command}\n`);
    await answer;
  };
  await ask('release');
  return {
    open: (connections) => ask(`open ${connections}`),
    talk: () => ask('talk'),
    release: () => ask('release'),
    async close() {
      const exit = once(child, 'exit');
      child.stdin.end();
      await exit;
    },
  };
}
