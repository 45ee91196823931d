import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A world's id names the process that owns it: its pid and the low digits of its start time, in base 36, and a digit for
 * several worlds of one process. Whoever finds leftovers can so tell whether anybody still wants them.
 */
const PID_DIGITS = 5;
const START_DIGITS = 3;
const START_MODULUS = 36 ** START_DIGITS;
const ID = `[0-9a-z]{${PID_DIGITS + START_DIGITS + 1}}`;

const NETNS_NAME = new RegExp(`^fl(${ID})-`);
const FOLDER_NAME = new RegExp(`^fl-(${ID})$`);

let made = 0;

export function newWorldId(): string {
  const start = startTime(process.pid);
  if (start === null) throw new Error('/proc does not show this process');
  const sequence = (made++ % 36).toString(36);
  return `${process.pid.toString(36).padStart(PID_DIGITS, '0')}${digitsOf(start)}${sequence}`;
}

/** Whether the process that made the world still runs. */
export function ownerRuns(id: string): boolean {
  const start = startTime(Number.parseInt(id.slice(0, PID_DIGITS), 36));
  return start !== null && digitsOf(start) === id.slice(PID_DIGITS, PID_DIGITS + START_DIGITS);
}

export const netnsPrefix = (id: string): string => `fl${id}-`;
export const cgroupName = (id: string): string => `fl-${id}`;
export const folderOf = (id: string): string => join(tmpdir(), `fl-${id}`);

/** The id in the name of a namespace, or of a cgroup or temporary folder; `null` when it is nobody's. */
export const idInNetns = (name: string): string | null => NETNS_NAME.exec(name)?.[1] ?? null;
export const idInFolder = (name: string): string | null => FOLDER_NAME.exec(name)?.[1] ?? null;

function digitsOf(start: number): string {
  return (start % START_MODULUS).toString(36).padStart(START_DIGITS, '0');
}

/** Start time of a process in clock ticks since boot (field 22 of its stat), `null` when it does not run. */
function startTime(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return null;
  }
}
