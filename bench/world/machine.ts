import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FaultlineError } from '../../probe/index.ts';
import { cgroupMount } from './cgroup.ts';

const PROGRAMS = ['ip', 'bridge', 'iptables', 'iptables-restore', 'nsenter', 'sysctl', 'redis-server'];

/** Throws FL-580 when this machine cannot hold a world. */
export function checkMachine(): void {
  const lacks = [
    ...(process.platform === 'linux' ? [] : ['Linux']),
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(cgroupMount() === null ? ['a cgroup2 mount'] : []),
    ...PROGRAMS.filter((program) => !onPath(program)),
  ];
  if (lacks.length === 0) return;
  throw new FaultlineError(
    'FL-580',
    `The test world cannot run here: this machine lacks ${lacks.join(', ')}.`,
    'Run it as root on Linux with iproute2, iptables, util-linux, procps and redis-server installed.',
  );
}

function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}
