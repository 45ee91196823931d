import { netnsPrefix } from './identity.ts';
import type { Pod } from './model.ts';
import { bridgeIp, NODES, type NodePlan, nodeNamed, podCidr, tunnelIp, underlayIp } from './plan.ts';
import { ip, runIn } from './shell.ts';

/** VXLAN costs 50 bytes of every packet between nodes. */
const POD_MTU = 1450;
/** flannel's number and port. */
const VNI = 1;
export const VXLAN_PORT = 8472;

export const fabricNetns = (id: string): string => `${netnsPrefix(id)}fabric`;
export const nodeNetns = (id: string, node: string): string => `${netnsPrefix(id)}${node}`;
export const podNetns = (id: string, pod: string): string => `${netnsPrefix(id)}${pod}`;

/** Makes the underlay and the nodes: one bridge that stands for the data centre, one VXLAN device per node. */
export async function buildNodes(id: string): Promise<void> {
  const fabric = fabricNetns(id);
  const all = [fabric, ...NODES.map(({ name }) => nodeNetns(id, name))];
  await ip(
    null,
    all.map((name) => `netns add ${name}`),
  );
  await ip(fabric, fabricCommands(id));
  await Promise.all(
    NODES.map(async (node) => {
      const netns = nodeNetns(id, node.name);
      await ip(netns, nodeCommands(node));
      await runIn(netns, 'sysctl', ['-qw', ...NODE_SYSCTLS]);
    }),
  );
}

/** Forward for pods, and let the rules see what only crosses a bridge (answers of a pod on the same node). */
const NODE_SYSCTLS = [
  'net.ipv4.ip_forward=1',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  'net.bridge.bridge-nf-call-iptables=1',
];

function fabricCommands(id: string): string[] {
  const links = NODES.flatMap(({ name }) => [
    `link add to-${name} type veth peer name eth0 netns ${nodeNetns(id, name)}`,
    `link set to-${name} master br0 up`,
  ]);
  return ['link set lo up', 'link add br0 type bridge', 'link set br0 up', ...links];
}

function nodeCommands(node: NodePlan): string[] {
  const others = NODES.filter(({ name }) => name !== node.name);
  return [
    'link set lo up',
    `address add ${underlayIp(node)}/24 dev eth0`,
    'link set eth0 up',
    'link add cni0 type bridge',
    `link set cni0 mtu ${POD_MTU} address ${mac(node, 0xcc)}`,
    `address add ${bridgeIp(node)}/24 dev cni0`,
    'link set cni0 up',
    `link add flannel.1 type vxlan id ${VNI} local ${underlayIp(node)} dev eth0 dstport ${VXLAN_PORT} nolearning`,
    `link set flannel.1 mtu ${POD_MTU} address ${mac(node, 0xff)}`,
    `address add ${tunnelIp(node)}/32 dev flannel.1`,
    'link set flannel.1 up',
    ...others.flatMap((other) => [
      `neighbour add ${tunnelIp(other)} lladdr ${mac(other, 0xff)} dev flannel.1 nud permanent`,
      `route add ${podCidr(other)} via ${tunnelIp(other)} dev flannel.1 onlink`,
    ]),
  ];
}

/** Where each node's tunnel address is reached; `bridge fdb`, which has no `ip` spelling. */
export async function teachTunnels(id: string): Promise<void> {
  await Promise.all(
    NODES.map((node) => {
      const entries = NODES.filter(({ name }) => name !== node.name).map(
        (other) => `fdb append ${mac(other, 0xff)} dev flannel.1 dst ${underlayIp(other)}`,
      );
      return runIn(nodeNetns(id, node.name), 'bridge', ['-batch', '-'], `${entries.join('\n')}\n`);
    }),
  );
}

/** Gives pods their namespaces, each with one end of a veth pair whose other end is a port of its node's bridge. */
export async function plugPods(id: string, pods: readonly Pod[]): Promise<void> {
  await ip(
    null,
    pods.map(({ name }) => `netns add ${podNetns(id, name)}`),
  );
  await Promise.all(
    NODES.map(({ name }) =>
      ip(
        nodeNetns(id, name),
        pods.filter(({ node }) => node === name).flatMap((pod) => portCommands(id, pod)),
      ),
    ),
  );
  await Promise.all(pods.map((pod) => ip(podNetns(id, pod.name), podCommands(pod))));
}

export async function unplugPod(id: string, pod: Pod): Promise<void> {
  await ip(null, [`netns delete ${podNetns(id, pod.name)}`]);
}

function portCommands(id: string, pod: Pod): string[] {
  const port = `veth${pod.uid.slice(0, 8)}`;
  return [
    `link add ${port} mtu ${POD_MTU} type veth peer name eth0 mtu ${POD_MTU} netns ${podNetns(id, pod.name)}`,
    `link set ${port} master cni0 up`,
    // A pod may be forwarded to itself by its own service.
    `link set ${port} type bridge_slave hairpin on`,
  ];
}

function podCommands(pod: Pod): string[] {
  return [
    'link set lo up',
    `address add ${pod.ip}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${bridgeIp(nodeNamed(pod.node))}`,
  ];
}

function mac(node: NodePlan, kind: number): string {
  return `02:00:00:00:${kind.toString(16).padStart(2, '0')}:${node.index.toString(16).padStart(2, '0')}`;
}
