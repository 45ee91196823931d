import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** The program's output; rejects with what it said when it fails. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 28 });
  return stdout;
}

export function runSync(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Words that run a program in a network namespace, as this process is otherwise. */
export const inside = (netns: string, ...command: readonly string[]): [string, readonly string[]] => [
  'nsenter',
  [`--net=/run/netns/${netns}`, ...command],
];
