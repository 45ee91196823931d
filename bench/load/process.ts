import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second; fixed in the user ABI of Linux. */
const TICKS = 100;

/** Seconds of CPU a process has used, in user space and in the kernel. */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export interface Memory {
  readonly rssMiB: number;
  /** The part that is not backed by files. */
  readonly anonymousMiB: number;
  /** What is shared with other processes counted in proportion. */
  readonly proportionalMiB: number;
}

export function memory(pid: number): Memory {
  const of = (file: string) => {
    const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024;
  };
  const status = of('status');
  return {
    rssMiB: status('VmRSS'),
    anonymousMiB: status('RssAnon'),
    proportionalMiB: of('smaps_rollup')('Pss'),
  };
}

/** What the kernel's run statistics say of one kernel program. */
export interface ProgramRuns {
  readonly runs: number;
  readonly nanos: number;
  /** Runs left out because the program had interrupted itself on that CPU. */
  readonly misses: number;
}

/** Statistics of the kernel programs a process holds, by program id. They stand still while statistics are off. */
export function programRuns(pid: number): ReadonlyMap<number, ProgramRuns> {
  const folder = `/proc/${pid}/fdinfo`;
  const programs = new Map<number, ProgramRuns>();
  for (const fd of readdirSync(folder)) {
    const text = readIfThere(`${folder}/${fd}`);
    const number = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? -1);
    if (number('run_cnt') < 0) continue;
    programs.set(number('prog_id'), {
      runs: number('run_cnt'),
      nanos: number('run_time_ns'),
      misses: Math.max(0, number('recursion_misses')),
    });
  }
  return programs;
}

/** A descriptor may be closed meanwhile. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
