import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cgroupMount } from '../cgroups.ts';

/** What `operations.c` wrote down of one connection; `server` is 0 where there was none. */
export interface Deed {
  readonly port: number;
  readonly client: number;
  readonly server: number;
  readonly sent: number;
  readonly answered: number;
}

/** A case that has begun. */
export interface Doing {
  /** The next line it says that is no deed. */
  said(): Promise<string>;
  /** Lets it go on, where it waits. */
  goOn(): void;
  /** Its books, when it and everything it started is over. */
  readonly deeds: Promise<readonly Deed[]>;
}

export interface Operations {
  readonly netns: string;
  /** Below the mount; of all processes of all cases. */
  readonly cgroup: string;
  begin(name: string, port?: number): Doing;
  close(): void;
}

/** Ports of the namespace where packets disappear, are refused as unreachable, and disappear when they carry data. */
export const BLACK_HOLE_PORT = 7001;
export const UNREACHABLE_PORT = 7002;
export const LOSSY_PORT = 7003;

let made = 0;

/** Compiles the program and makes it a namespace and a cgroup. */
export function createOperations(): Operations {
  const folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
  const program = path.join(folder, 'operations');
  const source = fileURLToPath(new URL('operations.c', import.meta.url));
  const flags = '-O2 -Wall -Wextra -Werror -D_GNU_SOURCE'.split(' ');
  execFileSync('gcc', [...flags, '-o', program, source]);
  const name = `flt-${process.pid}-deeds${made++}`;
  const cgroup = `/${name}`;
  const cgroupFolder = path.join(cgroupMount(readFileSync('/proc/mounts', 'utf8')) ?? folder, cgroup);
  const running = new Set<ChildProcess>();

  mkdirSync(cgroupFolder);
  execFileSync('ip', ['netns', 'add', name]);
  const inside = (command: string) => execFileSync('ip', ['netns', 'exec', name, ...command.split(' ')]);
  inside('ip link set lo up');
  inside('sysctl -qw net.ipv4.tcp_fastopen=3');
  inside(`iptables -A INPUT -p tcp --dport ${BLACK_HOLE_PORT} -j DROP`);
  inside(`iptables -A INPUT -p tcp --dport ${LOSSY_PORT} --tcp-flags PSH PSH -j DROP`);
  inside(
    `iptables -A OUTPUT -p tcp --dport ${UNREACHABLE_PORT} -j REJECT --reject-with icmp-host-unreachable`,
  );

  return {
    netns: name,
    cgroup,
    begin(what, port = 0) {
      const script = 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"';
      const command = ['nsenter', `--net=/run/netns/${name}`, program, what, String(port)];
      const child = spawn('sh', ['-c', script, 'sh', cgroupFolder, ...command], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      running.add(child);
      return doing(child, () => running.delete(child));
    },
    close() {
      for (const child of running) child.kill('SIGKILL');
      execFileSync('ip', ['netns', 'delete', name]);
      rmdirSync(cgroupFolder);
      rmSync(folder, { recursive: true });
    },
  };
}

function doing(child: ChildProcess, over: () => void): Doing {
  const lines = createInterface({ input: child.stdout! });
  const deeds: Deed[] = [];
  const words: string[] = [];
  lines.on('line', (line) => {
    if (line.startsWith('{')) deeds.push(JSON.parse(line) as Deed);
    else words.push(line);
  });
  return {
    async said() {
      while (words.length === 0) await once(lines, 'line');
      return words.shift()!;
    },
    goOn: () => void child.stdin!.write('\n'),
    deeds: once(child, 'close').then(([code]) => {
      over();
      if (code !== 0) throw new Error(`the program ended with ${code}`);
      return deeds;
    }),
  };
}
