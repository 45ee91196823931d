import { existsSync, type FSWatcher, readdirSync, statfsSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import { globMatches } from './glob.ts';

/** Where iproute2 and container runtimes mount the namespaces they give names to. */
const FOLDER = '/run/netns';
/** statfs(2) type of a namespace file. */
const NSFS_MAGIC = 0x6e73_6673;
/** A name appears a moment before its namespace is mounted on it, and the mount itself is not announced. */
const RETRY_MILLIS = 2;
const MAX_RETRIES = 50;

export interface Namespace {
  readonly name: string;
  readonly inum: number;
  readonly path: string;
}

export interface NamespaceEvents {
  joined(namespace: Namespace): void;
  left(namespace: Namespace): void;
}

/** The named network namespaces of the machine that match one of the patterns, followed as they come and go. */
export interface Namespaces {
  readonly matching: readonly Namespace[];
  /** Name of any namespace, matching or not. */
  nameOf(inum: number): string | null;
  /** Looks again; also called by itself when the folder changes. */
  rescan(): void;
  close(): void;
}

/** @param patterns globs; without any, every name matches */
export function followNamespaces(patterns: readonly string[], events: NamespaceEvents): Namespaces {
  const matches = (name: string) =>
    patterns.length === 0 || patterns.some((pattern) => globMatches(pattern, name));
  let byName: ReadonlyMap<string, Namespace> = new Map();
  let byInum: ReadonlyMap<number, string> = new Map();
  let watcher: FSWatcher | null = null;
  let retries = 0;
  let timer: NodeJS.Timeout | null = null;

  const rescan = () => {
    const { found, pending } = listNamespaces();
    const before = byName;
    byName = new Map(found.map((namespace) => [namespace.name, namespace]));
    byInum = new Map(found.map(({ inum, name }) => [inum, name]));
    for (const [name, namespace] of before) {
      if (matches(name) && byName.get(name)?.inum !== namespace.inum) events.left(namespace);
    }
    for (const [name, namespace] of byName) {
      if (matches(name) && before.get(name)?.inum !== namespace.inum) events.joined(namespace);
    }
    if (pending && retries < MAX_RETRIES && timer === null) {
      retries++;
      timer = setTimeout(() => {
        timer = null;
        rescan();
      }, RETRY_MILLIS);
    }
    follow();
  };

  const follow = () => {
    if (watcher !== null || !existsSync(FOLDER)) return;
    watcher = watch(FOLDER, { persistent: false }, () => {
      retries = 0;
      rescan();
    });
    watcher.on('error', () => {
      watcher?.close();
      watcher = null;
    });
  };

  rescan();
  return {
    get matching() {
      return [...byName.values()].filter(({ name }) => matches(name));
    },
    nameOf: (inum) => byInum.get(inum) ?? null,
    rescan,
    close() {
      watcher?.close();
      if (timer !== null) clearTimeout(timer);
      retries = MAX_RETRIES;
    },
  };
}

function listNamespaces(): { readonly found: readonly Namespace[]; readonly pending: boolean } {
  const found: Namespace[] = [];
  let pending = false;
  let names: string[] = [];
  try {
    names = readdirSync(FOLDER);
  } catch {
    /* No namespace was ever named here. */
  }
  for (const name of names) {
    const file = path.join(FOLDER, name);
    try {
      if (statfsSync(file).type === NSFS_MAGIC) found.push({ name, inum: statSync(file).ino, path: file });
      else pending = true;
    } catch {
      /* It went away meanwhile. */
    }
  }
  return { found, pending };
}
