import { createHash } from 'node:crypto';
import { type Cluster, readyPods, type Workload } from './model.ts';
import { nodeNetns } from './network.ts';
import { NODES } from './plan.ts';
import { runIn } from './shell.ts';

/** The bit kube-proxy marks packets with whose client address is to be rewritten. */
const MASQUERADE_MARK = '0x4000';

/** Puts the same rules into every node, in one step each; connections under way keep their translation. */
export async function forward(id: string, cluster: Cluster): Promise<void> {
  const rules = natTable(cluster);
  await Promise.all(
    NODES.map(({ name }) => runIn(nodeNetns(id, name), 'iptables-restore', ['-w', '5', '-T', 'nat'], rules)),
  );
}

/** What kube-proxy always has in the filter table: packets conntrack cannot place would reach pods untranslated. */
export async function dropInvalid(id: string): Promise<void> {
  const rule = ['-w', '5', '-A', 'FORWARD', '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP'];
  await Promise.all(NODES.map(({ name }) => runIn(nodeNetns(id, name), 'iptables', rule)));
}

/** The nat table as kube-proxy writes it in its iptables mode: service → one of its ready endpoints, at random. */
export function natTable(cluster: Cluster): string {
  const services = cluster.workloads.filter(({ service }) => service !== null);
  const parts = services.map((workload) => serviceRules(cluster, workload));
  const chains = [
    'KUBE-SERVICES',
    'KUBE-MARK-MASQ',
    'KUBE-POSTROUTING',
    ...parts.flatMap((part) => part.chains),
  ];
  return [
    '*nat',
    ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`),
    ...chains.map((chain) => `:${chain} - [0:0]`),
    '-A PREROUTING -j KUBE-SERVICES',
    '-A OUTPUT -j KUBE-SERVICES',
    '-A POSTROUTING -j KUBE-POSTROUTING',
    `-A KUBE-MARK-MASQ -j MARK --or-mark ${MASQUERADE_MARK}`,
    `-A KUBE-POSTROUTING -m mark ! --mark ${MASQUERADE_MARK}/${MASQUERADE_MARK} -j RETURN`,
    `-A KUBE-POSTROUTING -j MARK --xor-mark ${MASQUERADE_MARK}`,
    '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    ...parts.flatMap((part) => part.rules),
    'COMMIT',
    '',
  ].join('\n');
}

function serviceRules(
  cluster: Cluster,
  { plan, service }: Workload,
): { chains: readonly string[]; rules: readonly string[] } {
  if (service === null) return { chains: [], rules: [] };
  const pods = readyPods(cluster, plan.name);
  const chain = `KUBE-SVC-${hash(plan.name)}`;
  const endpoints = pods.map(({ ip }) => ({ ip, chain: `KUBE-SEP-${hash(`${plan.name}/${ip}`)}` }));
  const to = `-d ${service.ip}/32 -p tcp -m tcp --dport ${service.port}`;
  return {
    chains: [chain, ...endpoints.map((endpoint) => endpoint.chain)],
    rules: [
      `-A KUBE-SERVICES ${to} -m comment --comment "${plan.name}" -j ${chain}`,
      ...(plan.masquerade ? [`-A ${chain} ${to} -j KUBE-MARK-MASQ`] : []),
      ...endpoints.map(
        (endpoint, index) => `-A ${chain}${share(endpoints.length - index)} -j ${endpoint.chain}`,
      ),
      ...endpoints.flatMap((endpoint) => [
        // A pod that reaches itself must not see its own address as the client.
        `-A ${endpoint.chain} -s ${endpoint.ip}/32 -j KUBE-MARK-MASQ`,
        `-A ${endpoint.chain} -p tcp -m tcp -j DNAT --to-destination ${endpoint.ip}:${service.targetPort}`,
      ]),
    ],
  };
}

/** One of the endpoints that are left gets this share of what reaches its rule; the last one takes the rest. */
function share(left: number): string {
  return left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(10)}`;
}

/** Chain names hold 28 letters, so kube-proxy shortens what it names them after. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16).toUpperCase();
}
