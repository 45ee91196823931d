import { readFileSync, statSync } from 'node:fs';
import type { Owner } from '../../flow.ts';
import { cgroupFiles } from '../cgroups.ts';
import type { Namespaces } from '../namespaces.ts';
import { namespacesOfProcesses } from '../scan.ts';

/** A network namespace to look into. */
export interface Place {
  readonly netns: number;
  /** `null` for the own namespace. */
  readonly path: string | null;
}

/** The matching ones; without a filter those of all processes, and the named ones even where no process lives in them. */
export function placesNow(namespaces: Pick<Namespaces, 'matching'>, filtering: boolean): readonly Place[] {
  const named = namespaces.matching.map(({ inum, path }) => ({ netns: inum, path }));
  if (filtering) return named;
  const own = statSync('/proc/self/ns/net').ino;
  const lived = [...namespacesOfProcesses()].map(([netns, path]) => ({ netns, path }));
  const others = new Map([...lived, ...named].map((place) => [place.netns, place]));
  others.delete(own);
  return [{ netns: own, path: null }, ...others.values()];
}

/** A process of the namespace behind a path as `/proc/PID/ns/net`; `null` for another path, or when it is gone. */
export function ownerIn(path: string): Owner | null {
  const pid = Number(/^\/proc\/(\d+)\//.exec(path)?.[1]);
  if (Number.isNaN(pid)) return null;
  const found = cgroupFiles()?.ofProcess(pid);
  if (found === null || found === undefined) return null;
  return { pid, process: processName(pid), uid: 0, cgroupId: String(found[0]), cgroup: found[1] };
}

function processName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
