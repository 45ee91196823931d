import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Expected } from '../conversation.ts';
import type { Client } from './between.ts';

export const run = promisify(execFile);

export interface Asked {
  readonly operation: string;
  readonly path: string;
  readonly timed?: boolean;
}

/** What a client that was told this status expects of a parser. */
export const answered = (operation: string, status = 200, timed = true): Expected => ({
  operation,
  status,
  failed: status >= 500,
  timed,
});

/** All requests in one curl, which tells the status of each as it saw it. */
export function curl(asked: readonly Asked[], ...options: string[]): Client {
  return async (port) => {
    const urls = asked.flatMap(({ path }) => ['-o', '/dev/null', `http://127.0.0.1:${port}${path}`]);
    const { stdout } = await run('curl', ['-sS', '--globoff', '-w', '%{http_code}\n', ...options, ...urls]);
    const statuses = stdout.trim().split('\n').map(Number);
    return asked.map(({ operation, timed }, n) => answered(operation, statuses[n]!, timed ?? true));
  };
}

export async function curlVersion(): Promise<string> {
  return (await run('curl', ['--version'])).stdout.split(' ').slice(0, 2).join(' ');
}
