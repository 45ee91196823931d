import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing, needs } from '../../../.ci/needs.ts';
import type { Gauge } from '../../flow.ts';
import { startProbe } from '../probe.ts';
import { readSettings } from './settings.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'python3'] as const;
const FILL_UP = fileURLToPath(new URL('../testing/fill-up.py', import.meta.url));
const [CLIENT, SERVER] = ['10.203.1.1', '10.203.1.2'];
const names = { client: `flt-${process.pid}-fill-c`, server: `flt-${process.pid}-fill-s` };
const children: ChildProcess[] = [];

const run = (...words: string[]) =>
  execFileSync(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
const inside = (netns: string, command: string) => run('ip', 'netns', 'exec', netns, ...command.split(' '));

/** Resolves when it says that it is ready, or with `done` that it has done. */
async function fillUp(
  netns: string,
  command: string,
  until: 'ready' | 'done' = 'ready',
): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', netns, 'python3', FILL_UP, ...command.split(' ')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line === until) return child;
  throw new Error(`${command} has ended`);
}

beforeAll(() => {
  if (missing(...NEEDS) !== null) return;
  for (const name of Object.values(names)) {
    run('ip', 'netns', 'add', name);
    inside(name, 'ip link set lo up');
  }
  run(
    'ip',
    'link',
    'add',
    'eth0',
    'netns',
    names.client,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    names.server,
  );
  for (const [name, address] of [
    [names.client, CLIENT],
    [names.server, SERVER],
  ] as const) {
    inside(name, `ip addr add ${address}/24 dev eth0`);
    inside(name, 'ip link set eth0 up');
  }
  inside(names.client, 'sysctl -qw net.ipv4.ip_local_port_range=40000\t40199');
  inside(names.client, 'sysctl -qw net.ipv4.ip_local_reserved_ports=40100-40149,80');
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const name of Object.values(names)) {
    try {
      run('ip', 'netns', 'delete', name);
    } catch {
      /* It was never made. */
    }
  }
});

/** A running probe; `nextTurn` is what it tells after now. */
async function watching() {
  const errors: unknown[] = [];
  const turns: (readonly Gauge[])[] = [];
  const probe = await startProbe({
    netns: Object.values(names),
    onFlows: () => {},
    onGauges: (gauges) => turns.push(gauges),
    onError: (error) => errors.push(error),
  });
  return {
    async nextTurn(): Promise<readonly Gauge[]> {
      for (const before = turns.length; turns.length === before; ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return turns.at(-1)!;
    },
    async stop() {
      await probe.stop();
      expect(errors).toEqual([]);
    },
  };
}

test('a queue nobody accepts from, and ports that are used up, with their limits and their owner', async (context) => {
  needs(context, ...NEEDS);
  const { nextTurn, stop } = await watching();
  const listener = await fillUp(names.server, `queue ${SERVER} 8081 16`);
  await fillUp(names.server, `serve ${SERVER} 8082`);
  await fillUp(names.client, `connect ${SERVER} 8081 10 0`, 'done');
  await fillUp(names.client, `connect ${SERVER} 8082 30 0`, 'done');
  await fillUp(names.client, `spend ${SERVER} 8082 20 0`, 'done');

  const gauges = await nextTurn();
  await stop();
  expect(gauges.find(({ kind }) => kind === 'accept queue')).toMatchObject({
    local: { ip: SERVER, port: 8081 },
    netnsName: names.server,
    owner: { process: 'python3', pid: listener.pid },
    used: 10,
    limit: 17,
  });
  const ports = gauges.filter(({ kind }) => kind === 'local ports');
  expect(ports).toHaveLength(2);
  for (const { netnsName, local, limit } of ports)
    expect([netnsName, local, limit]).toEqual([names.client, { ip: CLIENT, port: 0 }, 150]);
  const towards = (port: number) => ports.find(({ remote }) => remote?.port === port)!;
  expect(towards(8081)).toMatchObject({ remote: { ip: SERVER }, used: 10, ended: 0 });
  // Between two hosts a port that has ended is not used again.
  expect(towards(8082)).toMatchObject({ remote: { ip: SERVER }, used: 50, ended: 20 });
});

test('what a namespace allows is read inside it', (context) => {
  needs(context, ...NEEDS);
  const there = readSettings(`/run/netns/${names.client}`)!;
  expect(there.ports).toEqual({ low: 40_000, high: 40_199, reserved: 50 });
  const here = readSettings(null)!;
  expect(here.ports).not.toEqual(there.ports);
  expect(readSettings('/run/netns/there-is-none')).toBeNull();
});
