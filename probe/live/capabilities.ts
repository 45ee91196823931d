import { keepCapabilities } from '../bpf-ringbuf-napi/index.js';
import type { Feature } from '../flow.ts';

/** What a probe still has to do once everything is attached and every snapshot is read. */
export interface Duties {
  /** Reads the connection tracking of namespaces, also of those that appear later. */
  readonly followsTranslation: boolean;
  /** Attaches to the libraries of processes that start later. */
  readonly attachesLater: boolean;
  /** Runs iterators, also in other namespaces, to read what fills up. */
  readonly readsGauges?: boolean;
  /** What the rest of the process needs, as `CAP_…`. */
  readonly others: readonly string[];
}

/**
 * What must stay. Programs, maps and ring are used through descriptors, which need no capability since Linux 5.19; also the
 * files of /proc and of cgroups that are read are open to everybody. So without further duties nothing stays.
 *
 * - `CAP_NET_ADMIN`: asking connection tracking for another dump after its events overflowed, and its large buffers.
 * - `CAP_SYS_ADMIN`: setns(2) into a namespace that appears, to open its connection tracking, or to read what fills up there; and all
 *   of the next two, which running an iterator needs as well.
 * - `CAP_BPF`, `CAP_PERFMON`: uprobes on a library that was not there yet.
 * - `CAP_SYS_PTRACE`, `CAP_DAC_READ_SEARCH`, `CAP_CHECKPOINT_RESTORE`: finding that library in /proc/PID/maps of another
 *   user's process, and opening it through /proc/PID/map_files.
 */
export function neededCapabilities({
  followsTranslation,
  attachesLater,
  readsGauges = false,
  others,
}: Duties): readonly string[] {
  const needed = [
    ...(followsTranslation ? ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'] : []),
    ...(readsGauges ? ['CAP_SYS_ADMIN'] : []),
    ...(attachesLater
      ? ['CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH', 'CAP_CHECKPOINT_RESTORE']
      : []),
    ...others,
  ];
  return [...new Set(needed)].sort();
}

/** Drops the rest, in all threads and for good, and tells what became of it. A failure leaves the probe running. */
export function dropCapabilities(needed: readonly string[]): Feature {
  const feature = {
    name: 'least privilege',
    lost: 'should this process be taken over, it may still do what it could at its start',
  };
  try {
    keepCapabilities(needed);
  } catch (error) {
    return {
      ...feature,
      state: 'off',
      reason: `capabilities could not be dropped: ${(error as Error).message}`,
    };
  }
  const kept = needed.length === 0 ? 'no capability' : needed.join(', ');
  return { ...feature, state: 'on', reason: '', by: `kept: ${kept}` };
}
