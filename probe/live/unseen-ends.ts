import { record } from './layout.ts';
import { SEE_HELD, SEE_OPEN } from './program-table.ts';
import type { LoadedPrograms } from './programs.ts';
import { type NamespacePaths, namespacesOfProcesses } from './scan.ts';

/** How often sockets are looked for: the files of all processes are gone through each time. */
const PERIOD_NS = 10_000_000_000;
/** Looks that must miss a socket, in the sweeps of as many seconds: it may have moved from one place to another during one. */
const LOOKS = 2;

/** Where sockets can be looked for; each look marks those it finds in their records. */
export interface Whereabouts {
  /** Among the files of all processes. */
  held(): void;
  /** A function that looks among all sockets of a namespace. What it does not know is gone with everything in it. */
  open(): (netns: number) => void;
}

/**
 * Finds connections that ended without any program having seen it: the kernel skips a program that would interrupt itself, and
 * there may be places where it runs none. They would look open for ever, and keep their places in the table.
 */
export interface UnseenEnds {
  /** Of the live records of a sweep, those whose sockets are gone; called once for each sweep. */
  among(view: DataView, live: readonly number[], nowNs: number): readonly number[];
}

export function createUnseenEnds({ held, open }: Whereabouts, periodNs = PERIOD_NS): UnseenEnds {
  let beganNs = Number.NEGATIVE_INFINITY;
  /** Of the present search; 0 = none. */
  let looks = 0;

  const search = (view: DataView, live: readonly number[], nowNs: number): readonly number[] => {
    if (looks === 0) {
      if (nowNs - beganNs < periodNs) return [];
      beganNs = nowNs;
      looks = 1;
      held();
      return [];
    }
    const missing = live.filter((base) => isMissing(view, base, beganNs));
    if (missing.length === 0 || looks > LOOKS) {
      looks = 0;
      return missing;
    }
    looks++;
    held();
    const lookIn = open();
    for (const netns of new Set(missing.map((base) => record.netns(view, base)))) lookIn(netns);
    return [];
  };

  return {
    among(view, live, nowNs) {
      try {
        return search(view, live, nowNs);
      } catch {
        /* It cannot be known now, as without the capability to look into other namespaces. */
        looks = 0;
        return [];
      }
    },
  };
}

/** One that was closed and is still held is told later anyway. */
function isMissing(view: DataView, base: number, sinceNs: number): boolean {
  return (
    record.ready(view, base) !== 0 &&
    record.closed(view, base) === 0 &&
    record.openedNs(view, base) < sinceNs &&
    record.witnessedNs(view, base) < sinceNs
  );
}

/** `named`: paths to the namespaces that have a name. */
export function whereabouts(
  { object }: Pick<LoadedPrograms, 'object'>,
  named: () => NamespacePaths,
): Whereabouts {
  return {
    held: () => void object.runIteratorSync(SEE_HELD),
    open() {
      const paths = new Map([...namespacesOfProcesses(), ...named()]);
      return (netns) => {
        const path = paths.get(netns);
        if (path !== undefined) object.runIteratorSync(SEE_OPEN, { netns: path });
      };
    },
  };
}
