import { readdirSync, statSync } from 'node:fs';
import { markScanned } from './control.ts';
import type { LoadedPrograms } from './programs.ts';

/** One for each network namespace that should be looked into: a path to it. */
export type NamespacePaths = ReadonlyMap<number, string>;

/**
 * Learns which ports are listened on. Before the programs are attached: they take connections they meet in mid-life into
 * the map at once, and only a listening port tells the server's end from the client's.
 */
export function findListeners({ object, isOn }: LoadedPrograms): void {
  if (isOn('find_listeners')) object.runIteratorSync('find_listeners');
}

/**
 * Puts the connections that were open before the probe into the map, after its programs were attached: nothing falls
 * between, and what both saw is there once.
 */
export function scanExisting(programs: LoadedPrograms, namespaces: NamespacePaths): void {
  const { object } = programs;
  findListeners(programs);
  if (programs.isOn('find_sockets')) object.runIteratorSync('find_sockets');
  if (programs.isOn('find_orphans')) {
    for (const netns of namespaces.values()) {
      try {
        object.runIteratorSync('find_orphans', { netns });
      } catch {
        /* The namespace went away with its sockets. */
      }
    }
  }
  markScanned(object.map('control'));
}

/** A path to every network namespace that a process lives in. */
export function namespacesOfProcesses(): NamespacePaths {
  const found = new Map<number, string>();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const file = `/proc/${pid}/ns/net`;
    try {
      const { ino } = statSync(file);
      if (!found.has(ino)) found.set(ino, file);
    } catch {
      /* The process has ended. */
    }
  }
  return found;
}
