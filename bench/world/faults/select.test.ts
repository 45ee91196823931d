import { expect, test } from 'vitest';
import { readyPods } from '../model.ts';
import { readyCluster } from '../testing/cluster.ts';
import { domainsOf, parseSelector } from './select.ts';

const cluster = readyCluster();
const payment = readyPods(cluster, 'payment');

test('selectors', () => {
  expect(parseSelector('payment')).toEqual({ workload: 'payment', version: null, node: null });
  expect(parseSelector('payment:v2.0')).toEqual({ workload: 'payment', version: 'v2.0', node: null });
  expect(parseSelector('payment:v1.9@n1')).toEqual({ workload: 'payment', version: 'v1.9', node: 'n1' });
});

test('a version is told from node, zone and pod, but not from its image', () => {
  const bad = payment.filter(({ version }) => version === 'v2.0');
  expect(domainsOf(bad, payment).map(([tag]) => tag?.tag)).toEqual(['version', 'image']);
});

test('an instance is told from everything', () => {
  const bad = payment.filter(({ version, node }) => version === 'v1.9' && node === 'n1');
  expect(domainsOf(bad, payment)).toEqual([[{ side: 'server', tag: 'pod', value: bad[0]?.name }]]);
});

test('where version, image and zone select the same pods, all three are domains', () => {
  const shipping = readyPods(cluster, 'shipping');
  const bad = shipping
    .filter(({ zone }) => zone === 'eu-1b')
    .map((pod) => ({ ...pod, version: 'v9', image: 'i:v9' }));
  const more = bad.map((pod) => ({ ...pod, name: `${pod.name}-2`, node: 'n3' }));
  const all = [...shipping.filter(({ zone }) => zone === 'eu-1a'), ...bad, ...more];
  expect(domainsOf([...bad, ...more], all).map(([tag]) => tag?.tag)).toEqual(['version', 'image', 'zone']);
});

test('when all pods are bad, no tag explains it', () => {
  expect(domainsOf(payment, payment)).toEqual([]);
});
