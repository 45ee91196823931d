import { readdirSync, readFileSync } from 'node:fs';
import { globMatches } from '../glob.ts';

/**
 * Processes whose clear text is asked for: a process id, or a glob over the path of a cgroup (where it has a `/`, any
 * hierarchy) or over the name of the process.
 */
export type ProcessPattern = number | string;

export interface ProcessFiles {
  pids(): readonly number[];
  /** Name of the process as the kernel has it, at most 15 bytes; `null` when it has ended. */
  name(pid: number): string | null;
  /** Paths in all cgroup hierarchies; empty when it has ended. */
  cgroups(pid: number): readonly string[];
}

/** Which processes were chosen; asked again and again as processes come and go. */
export interface Chooser {
  /** Looks at all new processes, and at a share of those that were passed over before: they may have a new name. */
  choose(): ReadonlySet<number>;
}

/** Every process is looked at again after so many rounds. */
const ROUNDS = 10;
/** More are not followed: the kernel's table of them has room for as many, and for names. */
const MAX_CHOSEN = 8_000;

export function createChooser(patterns: readonly ProcessPattern[], files: ProcessFiles): Chooser {
  const ids = new Set(patterns.filter((pattern) => typeof pattern === 'number'));
  const texts = patterns.filter((pattern) => typeof pattern === 'string');
  const paths = texts.filter((pattern) => pattern.includes('/'));
  const names = texts.filter((pattern) => !pattern.includes('/'));
  let chosen: ReadonlySet<number> = new Set();
  let passed: ReadonlySet<number> = new Set();
  let round = 0;

  const matches = (pid: number): boolean => {
    const name = names.length > 0 ? files.name(pid) : null;
    if (name !== null && names.some((pattern) => globMatches(pattern, name))) return true;
    return paths.length > 0 && files.cgroups(pid).some((own) => paths.some((path) => globMatches(path, own)));
  };

  return {
    choose() {
      round = (round + 1) % ROUNDS;
      const living = files.pids();
      const due = (pid: number) => !passed.has(pid) || pid % ROUNDS === round;
      const wanted = (pid: number) =>
        ids.has(pid) || chosen.has(pid) || (texts.length > 0 && due(pid) && matches(pid));
      chosen = new Set(living.filter(wanted).slice(0, MAX_CHOSEN));
      passed = new Set(living.filter((pid) => !chosen.has(pid)));
      return chosen;
    },
  };
}

/** Names that stand for themselves: the kernel compares them by itself, so the shortest-lived process is chosen too. */
export function plainNames(patterns: readonly ProcessPattern[]): readonly string[] {
  return patterns.filter(
    (pattern): pattern is string => typeof pattern === 'string' && !/[/*?[]/.test(pattern),
  );
}

export const PROCESS_FILES: ProcessFiles = {
  pids: () => readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : [])),
  name: (pid) => readText(`/proc/${pid}/comm`)?.trimEnd() ?? null,
  cgroups: (pid) =>
    (readText(`/proc/${pid}/cgroup`) ?? '')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [line.replace(/^[^:]*:[^:]*:/, '')])),
};

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
