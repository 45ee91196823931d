import { expect, test } from 'vitest';
import { natTable } from './kube-proxy.ts';
import { readyPods } from './model.ts';
import { readyCluster } from './testing/cluster.ts';

const cluster = readyCluster();
const lines = natTable(cluster).split('\n');

test('each ready pod of a service is a destination, once', () => {
  for (const { plan, service } of cluster.workloads) {
    for (const { ip } of readyPods(cluster, plan.name)) {
      const rules = lines.filter((line) => line.endsWith(`--to-destination ${ip}:${service?.targetPort}`));
      expect(rules).toHaveLength(service === null ? 0 : 1);
    }
  }
});

test('the shares of the endpoints of a service are equal', () => {
  const { service } = cluster.workloads.find(({ plan }) => plan.name === 'payment')!;
  const chain = lines.find((line) => line.includes(`-d ${service?.ip}/32`))!.split(' -j ')[1];
  const steps = lines.filter((line) => line.startsWith(`-A ${chain} `) && line.includes('KUBE-SEP'));
  let left = 1;
  const shares = steps.map((line) => {
    const share = left * Number(/--probability (\S+)/.exec(line)?.[1] ?? 1);
    left -= share;
    return share;
  });
  expect(shares).toHaveLength(4);
  for (const share of shares) expect(share).toBeCloseTo(0.25, 6);
});

test('a pod that is not ready is no destination', () => {
  const [first] = cluster.pods.filter(({ workload }) => workload === 'currency');
  const without = natTable({
    ...cluster,
    pods: cluster.pods.map((pod) => (pod === first ? { ...pod, phase: 'leaving' } : pod)),
  });
  expect(without).not.toContain(first!.ip);
});

test('one service is masqueraded whoever calls it; every other only for a pod that reaches itself', () => {
  const always = lines.filter((line) => line.includes('-j KUBE-MARK-MASQ') && line.includes('--dport'));
  const email = cluster.workloads.find(({ plan }) => plan.name === 'email')!;
  expect(always).toHaveLength(1);
  expect(always[0]).toContain(`-d ${email.service?.ip}/32`);
  const hairpins = lines.filter((line) => line.includes('KUBE-SEP') && line.endsWith('-j KUBE-MARK-MASQ'));
  expect(hairpins).toHaveLength(cluster.pods.filter(({ workload }) => workload !== 'loadgenerator').length);
});
