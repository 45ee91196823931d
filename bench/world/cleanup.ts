import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { cgroupMount, removeCgroup, worldCgroup } from './cgroup.ts';
import { folderOf, idInFolder, idInNetns, netnsPrefix, ownerRuns } from './identity.ts';
import { ip } from './shell.ts';

const NETNS_FOLDER = '/run/netns';

/**
 * Removes everything of a world by its id alone: processes (all live in its cgroup), cgroups, network namespaces (with
 * their links and rules) and temporary files. May be called again, and for a world that is half made.
 */
export async function removeWorld(id: string): Promise<void> {
  const cgroup = worldCgroup(id);
  if (cgroup !== null) await removeCgroup(cgroup);
  const commands = namesIn(NETNS_FOLDER)
    .filter((name) => name.startsWith(netnsPrefix(id)))
    .map((name) => `netns delete ${name}`);
  await ip(null, commands);
  await rm(folderOf(id), { recursive: true, force: true });
}

/** What is left of a world: namespaces, its cgroup, its folder. */
export function leftovers(id: string): string[] {
  const cgroup = worldCgroup(id);
  return [
    ...namesIn(NETNS_FOLDER).filter((name) => name.startsWith(netnsPrefix(id))),
    ...[cgroup, folderOf(id)].filter((path): path is string => path !== null && existsSync(path)),
  ];
}

/** Removes the worlds whose owner does not run any more; gives their ids. */
export async function sweepLeftovers(): Promise<readonly string[]> {
  const mount = cgroupMount();
  const found = [
    ...namesIn(NETNS_FOLDER).map(idInNetns),
    ...(mount === null ? [] : namesIn(mount)).map(idInFolder),
    ...namesIn(tmpdir()).map(idInFolder),
  ];
  const abandoned = [...new Set(found)].filter((id): id is string => id !== null && !ownerRuns(id));
  for (const id of abandoned) await removeWorld(id);
  return abandoned;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
