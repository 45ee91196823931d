import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CLEANER = fileURLToPath(new URL('./cleaner.ts', import.meta.url));
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface Watchdog {
  /** Sends it away: the world was removed in order. */
  dismiss(): void;
}

/**
 * A process of its own session that waits for the end of ours and then removes the world: it reads a pipe whose other
 * end only we hold, so even `kill -9` wakes it. Until then it is a shell that sleeps.
 */
export function startWatchdog(id: string): Watchdog {
  const script = 'if [ "$(cat)" != dismissed ]; then exec "$@"; fi';
  const child = spawn('/bin/sh', ['-c', script, 'sh', process.execPath, '--import', LOADER, CLEANER, id], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  return { dismiss: () => void child.stdin.end('dismissed') };
}
