import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** A file whose code a process runs. */
export interface MappedFile {
  /** Device and inode number: one for all processes and all names of the file. */
  readonly key: string;
  /** Opens exactly this file, also where it was deleted or lies in another mount namespace, while the process lives. */
  readonly file: string;
  /** As the process sees it. */
  readonly name: string;
  /** Its name says that it is OpenSSL. */
  readonly library: boolean;
}

const LIBRARY = /^libssl\b.*\.so/;
/** A process that maps more has the rest left out. */
const MAX_LINES = 65_536;

interface Range {
  readonly range: string;
  readonly name: string;
}

/** Files of a process that OpenSSL may be in: the shared library, and the program itself. */
export function mappedFiles(pid: number): readonly MappedFile[] {
  try {
    const program = statSync(`/proc/${pid}/exe`);
    const ranges = candidates(readFileSync(`/proc/${pid}/maps`, 'latin1'));
    const found = ranges.flatMap(({ range, name }): MappedFile[] => {
      const file = `/proc/${pid}/map_files/${range}`;
      const { dev, ino } = statSync(file);
      const library = LIBRARY.test(path.posix.basename(name));
      return library || (dev === program.dev && ino === program.ino)
        ? [{ key: `${dev}:${ino}`, file, name, library }]
        : [];
    });
    return [...new Map(found.map((each) => [each.key, each])).values()];
  } catch {
    return []; /* It has ended, or may not be looked into. */
  }
}

/** One executable mapping of each name in the text of /proc/PID/maps: libraries of OpenSSL, and what is no library. */
export function candidates(maps: string): readonly Range[] {
  const byName = new Map<string, Range>();
  for (const line of maps.split('\n', MAX_LINES)) {
    const match = /^0*([0-9a-f]+)-0*([0-9a-f]+) ..x. \S+ \S+ \d+ +(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, from, to, mapped] = match;
    const name = mapped!.replace(/ \(deleted\)$/, '');
    const file = path.posix.basename(name);
    if (byName.has(name) || (/\.so\b/.test(file) && !LIBRARY.test(file))) continue;
    byName.set(name, { range: `${from}-${to}`, name });
  }
  return [...byName.values()];
}
