import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultlineError, type Feature } from '../probe/index.ts';
import type { ClusterWatch } from './cluster/watch-cluster.ts';
import type { Names } from './names.ts';
import { loadObjects } from './objects-file.ts';

/** Writers seldom write in one go: the file is read when it was quiet for this long, or after so many waits. */
const QUIET_MILLIS = 50;
const MAX_WAITS = 20;
/** Network file systems and some container mounts tell nothing: the file is looked at now and then. */
const POLL_MILLIS = 2000;

export interface WatchObjectsOptions {
  /** Gets the state of the file whenever it changes. */
  readonly onState?: (state: Feature) => void;
}

/**
 * Loads a file of Kubernetes objects and loads it again whenever it changes, also when it is replaced by a rename. A
 * changed file that cannot be used leaves what was known, and `onState` tells. Rejects as `loadObjects` does when it
 * cannot be used at the start.
 */
export async function watchObjects(
  file: string,
  names: Names,
  options: WatchObjectsOptions = {},
): Promise<ClusterWatch> {
  let loaded = await identity(file);
  await loadObjects(file, names);
  let state = featureOf(file, null);
  const tell = (next: Feature): void => {
    const changed = next.state !== state.state || next.reason !== state.reason;
    state = next;
    if (changed) options.onState?.(next);
  };
  const check = async (): Promise<void> => {
    let now = await identity(file);
    if (now === loaded) return;
    for (let waits = 0; waits < MAX_WAITS; waits++) {
      await sleep(QUIET_MILLIS);
      const then = now;
      now = await identity(file);
      if (now === then) break;
    }
    loaded = now;
    await loadObjects(file, names).then(
      () => tell(featureOf(file, null)),
      (error: unknown) => tell(featureOf(file, error)),
    );
  };
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const soon = (): void => {
    again = true;
    running ??= (async () => {
      while (again && !stopped) {
        again = false;
        await check();
      }
      running = null;
    })();
  };
  const watcher = watchFolder(dirname(file), soon);
  const poll = setInterval(soon, POLL_MILLIS);
  options.onState?.(state);
  return {
    states: () => [state],
    async stop() {
      stopped = true;
      watcher?.close();
      clearInterval(poll);
      await running;
    },
  };
}

/** The folder, not the file: a file that is replaced is another one, and its watch would follow the old. */
function watchFolder(folder: string, listener: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, listener);
    return watcher.on('error', () => watcher.close());
  } catch {
    // No inotify instance is left: there is still the poll.
    return null;
  }
}

/** Tells one content of a path from another. */
async function identity(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found === null ? 'none' : `${found.ino}/${found.size}/${found.mtimeNs}/${found.ctimeNs}`;
}

function featureOf(file: string, error: unknown): Feature {
  const name = `kubernetes objects in ${file}`;
  if (error === null) return { name, state: 'on', reason: '', lost: '' };
  const reason = error instanceof FaultlineError ? `${error.code}: ${error.message}` : String(error);
  return { name, state: 'off', reason, lost: 'what changed since the file could be read' };
}
