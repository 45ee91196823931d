import { spawn } from 'node:child_process';

/** Runs a program and gives its output; rejects with what it said when it fails. */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ${args.join(' ')}: ${err.trim() || `exit code ${code}`}`));
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Many `ip` commands in one process, in the namespace or (for `netns` itself) where we are. */
export async function ip(netns: string | null, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  const where = netns === null ? [] : ['-n', netns];
  await run('ip', [...where, '-batch', '-'], `${commands.join('\n')}\n`);
}

export const netnsPath = (netns: string): string => `/run/netns/${netns}`;

/** Runs a program in a network namespace, everything else as it is. */
export function runIn(netns: string, program: string, args: readonly string[], input = ''): Promise<string> {
  return run('nsenter', [`--net=${netnsPath(netns)}`, program, ...args], input);
}

export function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/**
 * Arguments for /bin/sh that move the shell into a cgroup and turn it into a program in a namespace: it is there before it
 * opens any socket, and the child's pid is the program's.
 */
export function enter(cgroup: string, netns: string, command: readonly string[]): string[] {
  const script = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"';
  return ['-c', script, 'sh', cgroup, 'nsenter', `--net=${netnsPath(netns)}`, ...command];
}
