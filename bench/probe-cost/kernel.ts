import { setTimeout as sleep } from 'node:timers/promises';
import { enableStats } from 'bpf-ringbuf-napi';
import { type ProgramRuns, programRuns } from '../load/process.ts';
import { run } from '../load/run.ts';
import type { Mode, Service } from './service.ts';
import type { Watcher } from './watcher.ts';

/** Time spent in the probe's kernel programs for each connection or request, both ends together. */
export interface KernelTime {
  readonly nanos: number;
  readonly runs: number;
  readonly misses: number;
  readonly programs: readonly {
    readonly name: string;
    readonly nanosPerRun: number;
    readonly runs: number;
  }[];
}

const NONE: ProgramRuns = { runs: 0, nanos: 0, misses: 0 };
/** So long the programs are watched without the load: what the rest of the machine makes them run is taken off. */
const BACKGROUND_MILLIS = 1_000;

/** One run of the load with the kernel's own statistics on; they cost time themselves, so no ratio is taken from it. */
export async function kernelTime(
  {
    service,
    netns,
    seconds,
  }: { readonly service: Service; readonly netns: string; readonly seconds: number },
  mode: Mode,
  watcher: Watcher,
): Promise<KernelTime> {
  const watching = await watcher.start(netns);
  const disable = enableStats();
  try {
    await sleep(200);
    const pid = watching.pid!;
    const idle = programRuns(pid);
    const began = performance.now();
    await sleep(BACKGROUND_MILLIS);
    const before = programRuns(pid);
    const loaded = performance.now();
    const { connections, requests } = await service.load(mode, seconds);
    const after = programRuns(pid);
    const background = (performance.now() - loaded) / (loaded - began);
    const per = mode === 'churn' ? connections : requests;
    const names = await programNames();
    const spent = [...after].map(([id, now]) => ({
      name: names.get(id) ?? `program ${id}`,
      ...less(less(now, before.get(id)), less(before.get(id) ?? NONE, idle.get(id)), background),
    }));
    const sum = (pick: (runs: ProgramRuns) => number) => spent.reduce((so, each) => so + pick(each), 0);
    return {
      nanos: sum(({ nanos }) => nanos) / per,
      runs: sum(({ runs }) => runs) / per,
      misses: sum(({ misses }) => misses),
      programs: spent
        .filter(({ runs }) => runs > 0)
        .sort((a, b) => b.nanos - a.nanos)
        .map(({ name, runs, nanos }) => ({ name, nanosPerRun: nanos / runs, runs: runs / per })),
    };
  } finally {
    disable();
    await watching.stop();
  }
}

function less(runs: ProgramRuns, taken: ProgramRuns = NONE, times = 1): ProgramRuns {
  return {
    runs: Math.max(0, runs.runs - times * taken.runs),
    nanos: Math.max(0, runs.nanos - times * taken.nanos),
    misses: Math.max(0, runs.misses - times * taken.misses),
  };
}

/** Names of the kernel's programs by id, where bpftool is there to tell them. */
async function programNames(): Promise<ReadonlyMap<number, string>> {
  try {
    const programs = JSON.parse(await run('bpftool', ['-j', 'prog', 'show'])) as readonly {
      readonly id: number;
      readonly name?: string;
    }[];
    return new Map(programs.map(({ id, name }) => [id, name ?? `program ${id}`]));
  } catch {
    return new Map();
  }
}
