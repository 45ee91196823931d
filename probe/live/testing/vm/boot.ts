import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Measured } from './guest.ts';
import { packInitramfs } from './initramfs.ts';
import type { Kernel } from './packages.ts';

/** Node, the probe and the archive they came in, with room for three processes. */
const MEMORY_MIB = 1536;
/** An imitated processor that has not come to an end by then never will. */
const PATIENCE_MILLIS = 480_000;
/** How much of the console a failure shows. */
const CONSOLE_LINES = 60;

/**
 * Boots a kernel on a processor imitated in software and returns what the guest measured.
 *
 * @throws Error with the end of the console when the guest fails or gives no answer
 */
export async function measureUnder(kernel: Kernel): Promise<Measured> {
  const folder = mkdtempSync(path.join(tmpdir(), 'flt-vm-'));
  try {
    const initramfs = await packInitramfs(kernel, folder);
    const answerFile = path.join(folder, 'answer');
    const log = await boot(kernel.image, initramfs, answerFile);
    const answer = parse(readFileSync(answerFile, 'utf8'));
    if (answer === null || 'error' in answer) {
      throw new Error(
        `${answer?.error ?? 'the guest gave no answer'}\nconsole of ${kernel.version}:\n${log}`,
      );
    }
    return answer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs until the guest powers off, and returns the end of its console. */
async function boot(image: string, initramfs: string, answerFile: string): Promise<string> {
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-smp', '2', '-m', `${MEMORY_MIB}M`],
      /* Without cmpxchg16b: its imitation makes Linux 6.12 panic. */
      ...['-cpu', 'max,-cx16', '-kernel', image, '-initrd', initramfs],
      ...['-append', 'console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off'],
      ...['-display', 'none', '-monitor', 'none', '-nic', 'none', '-no-reboot'],
      ...['-serial', 'stdio', '-serial', `file:${answerFile}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MILLIS, killSignal: 'SIGKILL' },
  );
  let log = '';
  for (const stream of [qemu.stdout, qemu.stderr]) stream.on('data', (bytes) => (log += String(bytes)));
  await once(qemu, 'close');
  return log.split('\n').slice(-CONSOLE_LINES).join('\n');
}

function parse(text: string): Measured | { readonly error: string } | null {
  try {
    return JSON.parse(text) as Measured | { readonly error: string };
  } catch {
    return null;
  }
}
