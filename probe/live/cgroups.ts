import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** A machine with more cgroups than this is named as far as this goes. */
const MAX_CGROUPS = 65_536;
/** Walking the whole tree takes milliseconds; no more often than this, however many are unknown. */
const MIN_RESCAN_MICROS = 250_000;
/** How long a path is kept after its cgroup was last seen: flows of its processes may come later. */
const KEEP_GONE_MICROS = 60_000_000;

/** Paths of cgroups (version 2) by the inode number of their directory, which is their id in the kernel. */
export interface Cgroups {
  /** Path below the mount, `/` for the root, `''` when it is unknown. `pid`: a process that is in it. */
  path(id: number, pid: number, now: number): string;
}

export interface CgroupFiles {
  /** Directories below the mount with their inode numbers, the root included; in any order. */
  walk(limit: number): Iterable<readonly [id: number, path: string]>;
  /** Path of the process' cgroup and the inode number of its directory; `null` when either is gone. */
  ofProcess(pid: number): readonly [id: number, path: string] | null;
}

export function createCgroups(files: CgroupFiles | null): Cgroups {
  const known = new Map<number, { readonly path: string; readonly seen: number }>();
  let scanned = Number.NEGATIVE_INFINITY;

  const rescan = (now: number) => {
    scanned = now;
    for (const [id, path] of files!.walk(MAX_CGROUPS)) known.set(id, { path, seen: now });
    for (const [id, { seen }] of known) if (seen < now - KEEP_GONE_MICROS) known.delete(id);
  };

  return {
    path(id, pid, now) {
      const found = known.get(id);
      if (found !== undefined) return found.path;
      if (files === null) return '';
      const own = files.ofProcess(pid);
      if (own !== null && own[0] === id) {
        if (known.size < MAX_CGROUPS) known.set(id, { path: own[1], seen: now });
        return own[1];
      }
      if (now - scanned >= MIN_RESCAN_MICROS) rescan(now);
      return known.get(id)?.path ?? '';
    },
  };
}

/** Where version 2 is mounted, alone (`/sys/fs/cgroup`) or beside version 1 (`/sys/fs/cgroup/unified`); else `null`. */
export function cgroupMount(mounts: string): string | null {
  for (const line of mounts.split('\n')) {
    const [, target, type] = line.split(' ');
    if (type === 'cgroup2' && target !== undefined) {
      return target.replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      );
    }
  }
  return null;
}

/** The same for this machine. */
export function mountOfCgroups(): string | null {
  return cgroupMount(readText('/proc/mounts') ?? '');
}

/** The real files, or `null` on a machine without cgroup version 2. */
export function cgroupFiles(): CgroupFiles | null {
  const mount = mountOfCgroups();
  if (mount === null) return null;
  return {
    *walk(limit) {
      const open = ['/'];
      for (let taken = 0; open.length > 0 && taken < limit; taken++) {
        const current = open.pop()!;
        const id = inode(path.join(mount, current));
        if (id === null) continue;
        yield [id, current];
        for (const name of folders(path.join(mount, current))) open.push(path.posix.join(current, name));
      }
    },
    ofProcess(pid) {
      const line = readText(`/proc/${pid}/cgroup`)
        ?.split('\n')
        .find((text) => text.startsWith('0::'));
      if (line === undefined) return null;
      const own = line.slice(3);
      const id = inode(path.join(mount, own));
      return id === null ? null : [id, own];
    },
  };
}

function folders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function inode(folder: string): number | null {
  try {
    return statSync(folder).ino;
  } catch {
    return null;
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
