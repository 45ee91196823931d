import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import { makeCgroup, worldCgroup } from './cgroup.ts';
import { leftovers, sweepLeftovers } from './cleanup.ts';
import { folderOf, netnsPrefix } from './identity.ts';
import { ip, sleep } from './shell.ts';

const OWNER = fileURLToPath(new URL('./testing/owner.ts', import.meta.url));
const LOOKS = 600;

beforeEach((context) => needs(context, 'root', 'ip', 'iptables', 'redis-server', 'gcc'));

/** A process that owns a busy world, and the world's id. */
function startOwner(): Promise<{ owner: ChildProcess; id: string }> {
  const owner = spawn(process.execPath, ['--import', 'tsx', OWNER], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    owner.once('exit', (code) => reject(new Error(`the owner ended with ${code} before its world was up`)));
    owner.stdout?.once('data', (text) => resolve({ owner, id: String(text).trim() }));
  });
}

async function gone(id: string): Promise<readonly string[]> {
  for (let look = 0; look < LOOKS && leftovers(id).length > 0; look += 1) await sleep(50);
  return leftovers(id);
}

for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
  test(`${signal} of the owner leaves nothing behind`, async () => {
    const { owner, id } = await startOwner();
    // Namespaces, cgroup (with its processes) and folder.
    expect(leftovers(id).length).toBeGreaterThan(28);
    owner.kill(signal);
    expect(await gone(id)).toEqual([]);
  });
}

test('a world whose owner and watchdog both died is swept, one with an owner is not', async () => {
  // No process has this pid: it is beyond the largest one.
  const id = `zzzzz000${process.pid % 10}`;
  await ip(null, [`netns add ${netnsPrefix(id)}n1`]);
  mkdirSync(folderOf(id), { recursive: true });
  const cgroup = makeCgroup(id, 'system.slice');
  const { owner, id: alive } = await startOwner();
  try {
    // The new world swept before it started.
    expect(leftovers(id)).toEqual([]);
    expect(existsSync(cgroup)).toBe(false);
    expect(await sweepLeftovers()).not.toContain(alive);
    expect(existsSync(worldCgroup(alive)!)).toBe(true);
  } finally {
    owner.kill('SIGTERM');
  }
  expect(await gone(alive)).toEqual([]);
});
