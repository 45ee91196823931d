import { readFileSync } from 'node:fs';

/** What the kernel itself counted in the network namespace of a process since the namespace was made. */
export interface KernelCounts {
  /** connect(2) calls that sent a SYN. */
  readonly activeOpens: number;
  /** Connections accepted into a listen queue. */
  readonly passiveOpens: number;
}

export function kernelCounts(pid: number): KernelCounts {
  const lines = readFileSync(`/proc/${pid}/net/snmp`, 'latin1').split('\n');
  const [names = [], values = []] = lines
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  const value = (name: string): number => Number(values[names.indexOf(name)]);
  return { activeOpens: value('ActiveOpens'), passiveOpens: value('PassiveOpens') };
}
