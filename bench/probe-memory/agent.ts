import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../ui/cli/faultline.mjs', import.meta.url));

/** `faultline flows --json` as a user runs it, and what it has printed so far. */
export interface Agent {
  readonly pid: number;
  /** Ends of connections. */
  seen(): number;
  lost(): number;
  /** Ends it and waits until all it had to say is read. */
  stop(): Promise<void>;
}

export async function startAgent(netns: readonly string[]): Promise<Agent> {
  const names = netns.flatMap((name) => ['--netns', name]);
  const child = spawn(COMMAND, ['flows', '--json', ...names], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'close').then(() => void process.off('exit', kill));
  let seen = 0;
  let lost = 0;
  let said = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen++;
    lost += Number(/"lost":(\d+)/.exec(line)![1]);
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (/^ready$/m.test(said)) resolve();
    });
    void ended.then(() => reject(new Error(`faultline flows ended: ${said}`)));
  });
  return {
    pid: child.pid!,
    seen: () => seen,
    lost: () => lost,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      lost += Number(/^faultline: ([\d,]+) connections? lost/m.exec(said)?.[1]?.replaceAll(',', '') ?? 0);
    },
  };
}
