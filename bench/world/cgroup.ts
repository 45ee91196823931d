import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupName } from './identity.ts';
import { sleep } from './shell.ts';

const POLL_MILLIS = 10;
/** A killed process ends as soon as it runs next; seconds are only needed on a machine that thrashes. */
const KILL_POLLS = 1000;

/** Where the cgroup v2 hierarchy is mounted (beside v1 or alone); `null` where there is none. */
export function cgroupMount(mounts = readFileSync('/proc/mounts', 'utf8')): string | null {
  for (const line of mounts.split('\n')) {
    const [, path, type] = line.split(' ');
    if (type === 'cgroup2' && path !== undefined) return path;
  }
  return null;
}

export function worldCgroup(id: string): string | null {
  const mount = cgroupMount();
  return mount === null ? null : join(mount, cgroupName(id));
}

/** Path of a container below the world's cgroup, as containerd and the systemd driver of the kubelet lay it out. */
export function containerCgroup(podUid: string, containerId: string): string {
  const slice = `kubepods-burstable-pod${podUid.replaceAll('-', '_')}.slice`;
  return join('kubepods.slice', 'kubepods-burstable.slice', slice, `cri-containerd-${containerId}.scope`);
}

/** Path of what serves the node itself, e.g. a delay line. */
export const SYSTEM_CGROUP = join('system.slice', 'world.service');

export function makeCgroup(id: string, path: string): string {
  const world = worldCgroup(id);
  if (world === null) throw new Error('no cgroup2 mount');
  const folder = join(world, path);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Kills every process in the cgroup and below it, waits for their end and removes the directories. */
export async function removeCgroup(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (let poll = 0; poll < KILL_POLLS; poll += 1) {
    killAll(folder);
    if (readFileSync(join(folder, 'cgroup.events'), 'utf8').includes('populated 0')) break;
    await sleep(POLL_MILLIS);
  }
  for (const child of deepestFirst(folder)) rmdirSync(child);
}

function killAll(folder: string): void {
  const kill = join(folder, 'cgroup.kill');
  if (existsSync(kill)) {
    writeFileSync(kill, '1');
    return;
  }
  // Before Linux 5.14.
  for (const child of deepestFirst(folder)) {
    for (const pid of readFileSync(join(child, 'cgroup.procs'), 'utf8').split('\n')) {
      if (pid !== '') killOne(Number(pid));
    }
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function deepestFirst(folder: string): string[] {
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...children.flatMap(({ name }) => deepestFirst(join(folder, name))), folder];
}
