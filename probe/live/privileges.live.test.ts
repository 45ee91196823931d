import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import type { Feature, Flow, ProbeCounters } from '../flow.ts';
import { neededCapabilities } from './capabilities.ts';
import type { ProbeOptions } from './probe.ts';
import { createNetwork, SERVER, SERVICE } from './testing/network.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'iptables'] as const;
const ADMIN = '0000000000201000';
const NOTHING = '0000000000000000';

interface Started {
  readonly effective: readonly string[];
  readonly features: readonly Feature[];
}

interface Seen {
  readonly effective: readonly string[];
  readonly ended: readonly Flow[];
  readonly counters: ProbeCounters;
}

/** The probe in a process of its own. */
async function startDropped(options: Omit<ProbeOptions, 'onFlows'>) {
  const script = fileURLToPath(new URL('testing/dropped.ts', import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    ['--import', 'tsx', script, JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'inherit'] } as never,
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as unknown;
  const started = (await next()) as Started;
  return {
    started,
    async untilEnded(count: number) {
      child.stdin.write(`${count}\n`);
      return (await next()) as Seen;
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) expect(await once(child, 'close')).toEqual([0, null]);
    },
  };
}

test('with two capabilities left, flows come, sweeps work and new namespaces are followed', async (context) => {
  needs(context, ...NEEDS);
  /* Its names appear when it has dropped everything else already. */
  const probe = await startDropped({ netns: [`flt-${process.pid}-*`], ringBytes: 4096 });
  const network = createNetwork();
  try {
    expect(new Set(probe.started.effective)).toEqual(new Set([ADMIN]));
    expect(probe.started.features.find(({ name }) => name === 'least privilege')).toMatchObject({
      state: 'on',
      by: 'kept: CAP_NET_ADMIN, CAP_SYS_ADMIN',
    });
    const server = await network.helper('server');
    const client = await network.helper('client');
    await server.ask('listen', { port: 8080, behaviour: 'http' });
    await client.ask('run', { host: SERVICE, port: 80, count: 200, paths: ['/200', '/503'] });
    const { ended, effective, counters } = await probe.untilEnded(400);
    expect(new Set(effective)).toEqual(new Set([ADMIN]));
    expect(ended).toHaveLength(400);
    /* Sweeps have delivered what the small ring refused. */
    expect(counters).toMatchObject({ sockets: 400, lost: 0 });
    expect(counters.ringFull).toBeGreaterThan(0);
    for (const flow of ended) {
      expect(flow).toMatchObject({ nat: 'conntrack', requests: 2, failedRequests: 1 });
      expect(flow.owner?.cgroup).toBe((flow.role === 'client' ? client : server).cgroup);
    }
  } finally {
    await probe.stop();
    network.close();
  }
});

test('a probe that follows no translation needs no capability at all', async (context) => {
  needs(context, ...NEEDS);
  const probe = await startDropped({ netns: [`flt-${process.pid}-*`], without: ['address translation'] });
  const network = createNetwork();
  try {
    expect(new Set(probe.started.effective)).toEqual(new Set([NOTHING]));
    expect(probe.started.features.find(({ name }) => name === 'address translation')).toMatchObject({
      state: 'off',
      reason: 'it was switched off',
    });
    const server = await network.helper('server');
    const client = await network.helper('client');
    await server.ask('listen', { port: 8080, behaviour: 'http' });
    await client.ask('run', { host: SERVER, port: 8080, count: 100 });
    const { ended, effective, counters } = await probe.untilEnded(200);
    expect(new Set(effective)).toEqual(new Set([NOTHING]));
    expect(counters).toMatchObject({ sockets: 200, lost: 0 });
    for (const flow of ended) expect(flow).toMatchObject({ nat: 'none', requests: 1, failedRequests: 0 });
  } finally {
    await probe.stop();
    network.close();
  }
});

test('each duty keeps what it needs, once', () => {
  const none = { followsTranslation: false, attachesLater: false, others: [] };
  expect(neededCapabilities(none)).toEqual([]);
  expect(neededCapabilities({ ...none, attachesLater: true, others: ['CAP_BPF'] })).toEqual([
    'CAP_BPF',
    'CAP_CHECKPOINT_RESTORE',
    'CAP_DAC_READ_SEARCH',
    'CAP_PERFMON',
    'CAP_SYS_PTRACE',
  ]);
});
