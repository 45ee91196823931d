import type { Behaviour } from './service/protocol.ts';

export const NAMESPACE = 'shop';
export const REGION = 'eu-1';

export interface NodePlan {
  readonly name: string;
  readonly zone: string;
  /** Third byte of its pod subnet 10.244.N.0/24, and 10 less than the last byte of its underlay address. */
  readonly index: number;
}

/** Three nodes in two zones, so that a node is not a zone. */
export const NODES: readonly NodePlan[] = [
  { name: 'n1', zone: 'eu-1a', index: 1 },
  { name: 'n2', zone: 'eu-1b', index: 2 },
  { name: 'n3', zone: 'eu-1b', index: 3 },
];

export interface VersionPlan {
  readonly version: string;
  /** One pod on each of these nodes; a node may be named twice. */
  readonly nodes: readonly string[];
}

export interface WorkloadPlan {
  readonly name: string;
  /** Port the pods listen on; `null` for a workload that only calls others and has no service. */
  readonly port: number | null;
  /** Port of the service. */
  readonly servicePort: number | null;
  readonly calls: readonly string[];
  /** The last one is the Deployment's current template; two of them are a rollout that was stopped half way. */
  readonly versions: readonly VersionPlan[];
  /** The node rewrites the client's address too when it forwards to this service. */
  readonly masquerade: boolean;
  readonly behaviour: Behaviour;
}

const USUAL: Behaviour = {
  baseMillis: 2,
  cpuMillis: 0,
  extraMillis: 0,
  errorRate: 0,
  errorsTo: '',
  resetRate: 0,
  malformedRate: 0,
};

type Rest = Partial<Omit<WorkloadPlan, 'name' | 'port' | 'versions'>>;

function workload(
  name: string,
  port: number | null,
  versions: Readonly<Record<string, readonly string[]>>,
  rest: Rest = {},
): WorkloadPlan {
  return {
    name,
    port,
    servicePort: port,
    calls: [],
    versions: Object.entries(versions).map(([version, nodes]) => ({ version, nodes })),
    masquerade: false,
    behaviour: USUAL,
    ...rest,
  };
}

/**
 * The call graph of the Online Boutique. Where a workload runs two versions, its pods are spread so that version, node
 * and zone select different pods of it: only then can a failure domain be told from the others.
 */
export const WORKLOADS: readonly WorkloadPlan[] = [
  workload('loadgenerator', null, { 'v1.0': ['n1'] }, { calls: ['frontend'] }),
  workload(
    'frontend',
    8080,
    { 'v5.2': ['n1', 'n3'] },
    {
      servicePort: 80,
      calls: ['productcatalog', 'currency', 'cart', 'recommendation', 'shipping', 'checkout', 'ad'],
    },
  ),
  workload(
    'checkout',
    5050,
    { 'v3.4': ['n1', 'n2'] },
    { calls: ['cart', 'productcatalog', 'currency', 'shipping', 'payment', 'email'] },
  ),
  workload('cart', 7070, { 'v0.9': ['n1', 'n2'], 'v1.0': ['n1'] }, { calls: ['redis-cart'] }),
  workload('redis-cart', 6379, { 'v7.0': ['n3'] }),
  workload('payment', 50051, { 'v1.9': ['n1', 'n2'], 'v2.0': ['n1', 'n3'] }),
  workload('shipping', 50052, { 'v1.2': ['n1', 'n2'] }),
  workload('currency', 7000, { 'v2.1': ['n1', 'n3'] }, { behaviour: { ...USUAL, cpuMillis: 1.5 } }),
  workload('email', 8080, { 'v1.4': ['n2'] }, { servicePort: 5000, masquerade: true }),
  workload('productcatalog', 3550, { 'v3.1': ['n1', 'n2'], 'v3.2': ['n1', 'n3'] }),
  workload('recommendation', 8080, { 'v1.4': ['n2', 'n3'], 'v1.5': ['n3'] }, { calls: ['productcatalog'] }),
  workload('ad', 9555, { 'v0.7': ['n3'] }, { behaviour: { ...USUAL, cpuMillis: 1.5 } }),
];

export const imageOf = (workload: string, version: string): string =>
  `registry.example/shop/${workload}:${version}`;

export const underlayIp = (node: NodePlan): string => `10.9.0.${10 + node.index}`;
export const podCidr = (node: NodePlan): string => `10.244.${node.index}.0/24`;
export const podIp = (node: NodePlan, host: number): string => `10.244.${node.index}.${host}`;
/** Addresses a node shows when it masquerades: towards its own pods, and towards other nodes. */
export const bridgeIp = (node: NodePlan): string => `10.244.${node.index}.1`;
export const tunnelIp = (node: NodePlan): string => `10.244.${node.index}.0`;

export function nodeNamed(name: string): NodePlan {
  const found = NODES.find((node) => node.name === name);
  if (found === undefined) throw new RangeError(`no node ${name}`);
  return found;
}
