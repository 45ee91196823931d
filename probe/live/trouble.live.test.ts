import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import type { Feature } from '../flow.ts';
import { examine } from './examine.ts';
import { OBJECT_FILE, startProbe } from './probe.ts';
import { createNetwork, SERVICE } from './testing/network.ts';
import { observe } from './testing/observe.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf'] as const;
const folder = mkdtempSync(path.join(tmpdir(), 'flt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (objectFile: string) => startProbe({ onFlows: () => {}, objectFile });

test('kernel programs that are missing, open to everybody or broken', async (context) => {
  needs(context, ...NEEDS);
  const missing = path.join(folder, 'missing.bpf.o');
  await expect(start(missing)).rejects.toMatchObject({ code: 'FL-104' });

  const open = path.join(folder, 'open.bpf.o');
  copyFileSync(OBJECT_FILE, open);
  chmodSync(open, 0o666);
  await expect(start(open)).rejects.toMatchObject({ code: 'FL-105' });

  const shared = path.join(folder, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  const replaceable = path.join(shared, 'replaceable.bpf.o');
  copyFileSync(OBJECT_FILE, replaceable);
  await expect(start(replaceable)).rejects.toMatchObject({
    code: 'FL-105',
    hint: expect.stringContaining(shared),
  });
  const linked = path.join(folder, 'linked.bpf.o');
  symlinkSync(replaceable, linked);
  await expect(start(linked)).rejects.toMatchObject({ code: 'FL-105' });

  const broken = path.join(folder, 'broken.bpf.o');
  writeFileSync(broken, 'not an object file', { mode: 0o644 });
  await expect(start(broken)).rejects.toMatchObject({ code: 'FL-106' });

  for (const file of [missing, open, replaceable, broken]) {
    expect(await examine(file)).toMatchObject([
      { name: 'connections', state: 'off', lost: 'all live probing' },
    ]);
  }
});

test('no privileges, no addon', (context) => {
  needs(context, ...NEEDS);
  const run = (argument: string, env: object) =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(new URL('testing/examine-once.mjs', import.meta.url)), argument],
        { encoding: 'utf8', env: { ...process.env, ...env } },
      ),
    ) as { code: string; features: Feature[] };

  const nobody = run('nobody', {});
  expect(nobody.code).toBe('FL-101');
  expect(nobody.features[0]).toMatchObject({ state: 'off', reason: expect.stringContaining('FL-101') });

  const bare = run('root', { BPF_RINGBUF_ADDON: path.join(folder, 'missing.node') });
  expect(bare.code).toBe('FL-103');
  expect(bare.features[0]).toMatchObject({ state: 'off', reason: expect.stringContaining('FL-103') });
});

test('examining tells of each part whether it is on, and what is lost without it', async (context) => {
  needs(context, ...NEEDS);
  const features = await examine();
  expect(features.find(({ name }) => name === 'connections')?.state).toBe('on');
  for (const { state, reason, lost } of features) {
    expect(reason === '').toBe(state === 'on');
    expect(lost).not.toBe('');
  }
});

test('a namespace that appears while the probe runs is watched at once, and others never are', async (context) => {
  needs(context, ...NEEDS, 'ip', 'iptables');
  const absent = await startProbe({ netns: [`flt-${process.pid}-nowhere-*`], onFlows: () => {} });
  expect(absent.features.find(({ name }) => name === 'network namespaces')?.state).toBe('off');
  await absent.stop();

  const { probe, ended, untilEnded } = await observe({ netns: [`flt-${process.pid}-*-client`] });
  const network = createNetwork();
  try {
    const server = await network.helper('server');
    const client = await network.helper('client');
    await server.ask('listen', { port: 8080, behaviour: 'http' });
    await client.ask('run', { host: SERVICE, port: 80, count: 20 });
    await untilEnded(20);
    await probe.stop();
    expect(ended).toHaveLength(20);
    expect(new Set(ended.map(({ netnsName }) => netnsName))).toEqual(new Set([network.names.client]));
    for (const flow of ended)
      expect(flow).toMatchObject({ role: 'client', opened: 1, preexisting: false, requests: 1 });
  } finally {
    await probe.stop();
    network.close();
  }
});

test('an error in the receiver of flows is reported and does not end the probe', async (context) => {
  needs(context, ...NEEDS, 'ip', 'iptables');
  const network = createNetwork();
  const errors: unknown[] = [];
  let received = 0;
  const probe = await startProbe({
    netns: [network.names.client],
    onFlows: (flows) => {
      received += flows.length;
      if (errors.length === 0) throw new Error('not now');
    },
    onError: (error) => errors.push(error),
  });
  try {
    const server = await network.helper('server');
    const client = await network.helper('client');
    await server.ask('listen', { port: 8080, behaviour: 'http' });
    await client.ask('run', { host: SERVICE, port: 80, count: 1 });
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.ask('run', { host: SERVICE, port: 80, count: 1 });
    while (received < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(errors).toMatchObject([{ message: 'not now' }]);
  } finally {
    await probe.stop();
    network.close();
  }
});
