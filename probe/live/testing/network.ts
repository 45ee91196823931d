import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cgroupMount } from '../cgroups.ts';

const HELPER = fileURLToPath(new URL('helper.mjs', import.meta.url));

/** A helper process in a namespace and a cgroup of its own, answering commands in their order. */
export interface Helper {
  readonly pid: number;
  /** Path of its cgroup below the mount. */
  readonly cgroup: string;
  ask<T = unknown>(command: string, parameters?: object): Promise<T>;
}

/**
 * `client - router - server`, three namespaces. The router translates the service address like a node of a cluster does:
 * the destination to the server, the source to its own.
 */
export interface Network {
  readonly names: { readonly client: string; readonly router: string; readonly server: string };
  helper(where: 'client' | 'server'): Promise<Helper>;
  close(): void;
}

export const CLIENT = '10.201.1.2';
export const SERVER = '10.201.2.2';
export const SERVER_6 = 'fd00:201:2::2';
export const CLIENT_6 = 'fd00:201:1::2';
export const ROUTER = '10.201.2.1';
/** Translated to the server's port 8080, and the source to the router. */
export const SERVICE = '10.201.99.1';
/** Packets to it disappear; packets to the other are refused as unreachable. */
export const BLACK_HOLE = '10.201.98.1';
export const UNREACHABLE = '10.201.97.1';

let networks = 0;

export function createNetwork(): Network {
  const id = `flt-${process.pid}-${networks++}`;
  const names = { client: `${id}-client`, router: `${id}-router`, server: `${id}-server` };
  const helpers: ChildProcess[] = [];
  const cgroups: string[] = [];
  const mount = cgroupMount(readFileSync('/proc/mounts', 'utf8'));

  const close = () => {
    for (const helper of helpers) helper.kill('SIGKILL');
    for (const name of Object.values(names)) attempt(() => run('ip', 'netns', 'delete', name));
    for (const folder of cgroups.reverse()) removeCgroup(folder);
  };

  try {
    build(names);
    if (mount !== null) {
      cgroups.push(path.join(mount, id));
      mkdirSync(cgroups[0]!);
    }
  } catch (error) {
    close();
    throw error;
  }

  return {
    names,
    async helper(where) {
      const cgroup = `/${id}/${where}-${helpers.length}`;
      const folder = path.join(mount ?? '', cgroup);
      if (mount !== null) {
        mkdirSync(folder);
        cgroups.push(folder);
      }
      const child = spawn(
        'sh',
        [
          '-c',
          'echo $$ > "$1/cgroup.procs"; exec ip netns exec "$2" "$3" "$4"',
          'sh',
          folder,
          names[where],
          process.execPath,
          HELPER,
        ],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      helpers.push(child);
      return talkTo(child, cgroup);
    },
    close,
  };
}

function talkTo(child: ChildProcess, cgroup: string): Helper {
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.resolve(line));
  child.once('exit', () => {
    for (const { reject } of waiting) reject(new Error('the helper has ended'));
  });
  return {
    pid: child.pid!,
    cgroup,
    ask<T>(command: string, parameters: object = {}) {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ resolve: (line) => resolve(JSON.parse(line) as T), reject });
        child.stdin!.write(`${JSON.stringify({ command, ...parameters })}\n`);
      });
    },
  };
}

function build({ client, router, server }: Network['names']): void {
  for (const name of [client, router, server]) {
    run('ip', 'netns', 'add', name);
    inside(name, 'ip link set lo up');
  }
  link(router, client, 'c', ['10.201.1.1/24', 'fd00:201:1::1/64'], [`${CLIENT}/24`, `${CLIENT_6}/64`]);
  link(router, server, 's', [`${ROUTER}/24`, 'fd00:201:2::1/64'], [`${SERVER}/24`, `${SERVER_6}/64`]);
  inside(router, 'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1');
  inside(client, 'ip route add default via 10.201.1.1');
  inside(client, 'ip -6 route add default via fd00:201:1::1');
  inside(server, `ip route add default via ${ROUTER}`);
  inside(server, 'ip -6 route add default via fd00:201:2::1');
  inside(
    router,
    `iptables -t nat -A PREROUTING -d ${SERVICE} -p tcp -j DNAT --to-destination ${SERVER}:8080`,
  );
  inside(router, `iptables -t nat -A POSTROUTING -d ${SERVER} -m conntrack --ctstate DNAT -j MASQUERADE`);
  inside(router, `iptables -A FORWARD -d ${BLACK_HOLE} -j DROP`);
  inside(router, `iptables -A FORWARD -d ${UNREACHABLE} -j REJECT --reject-with icmp-host-unreachable`);
  inside(router, `ip route add ${BLACK_HOLE} dev s`);
  inside(router, `ip route add ${UNREACHABLE} dev s`);
}

function link(
  left: string,
  right: string,
  device: string,
  here: readonly string[],
  there: readonly string[],
): void {
  inside(left, `ip link add ${device} type veth peer name eth0 netns ${right}`);
  for (const [name, dev, addresses] of [
    [left, device, here],
    [right, 'eth0', there],
  ] as const) {
    for (const address of addresses)
      inside(name, `ip addr add ${address} dev ${dev}${address.includes(':') ? ' nodad' : ''}`);
    inside(name, `ip link set ${dev} up`);
  }
}

/** Runs a command, its words separated by spaces, in a namespace. */
export function inside(netns: string, command: string): void {
  run('ip', 'netns', 'exec', netns, ...command.split(' '));
}

function run(program: string, ...parameters: readonly string[]): void {
  execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    /* It was not there. */
  }
}

/** A process that was just killed leaves its cgroup a moment later. */
function removeCgroup(folder: string): void {
  for (let tries = 0; tries < 200; tries++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
