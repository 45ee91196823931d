import type { Tags } from '../../enrich/index.ts';

/** One replica of a workload. */
export interface Pod {
  readonly name: string;
  readonly workload: string;
  readonly version: string;
  readonly node: string;
  readonly zone: string;
}

export interface Workload {
  readonly name: string;
  readonly port: number;
  /** Median milliseconds it computes by itself for one request. */
  readonly own: number;
  /** Who it asks while it answers, each with a chance; some only on behalf of one client. */
  readonly calls: readonly (readonly [workload: string, chance: number, behalf?: string])[];
}

/** Where replicas run: workload → replicas as `node` or `node@version`. */
export type Placement = Readonly<Record<string, readonly string[]>>;

export interface Shop {
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
}

/** The call graph of the Online Boutique. */
const GRAPH: readonly Workload[] = [
  { name: 'loadgenerator', port: 0, own: 0, calls: [['frontend', 1]] },
  {
    name: 'frontend',
    port: 8080,
    own: 2,
    calls: [
      ['currency', 0.8],
      ['catalogue', 0.8],
      ['cart', 0.7],
      ['recommendation', 0.4],
      ['ad', 0.4],
      ['checkout', 0.4],
    ],
  },
  {
    name: 'checkout',
    port: 5050,
    own: 2,
    calls: [
      ['cart', 1],
      ['catalogue', 0.5],
      ['currency', 1],
      ['shipping', 1],
      ['payment', 1],
      ['email', 1],
    ],
  },
  { name: 'cart', port: 7070, own: 1, calls: [['redis', 1]] },
  { name: 'recommendation', port: 8081, own: 1.5, calls: [['catalogue', 1]] },
  { name: 'catalogue', port: 3550, own: 1, calls: [] },
  { name: 'currency', port: 7000, own: 0.8, calls: [] },
  { name: 'payment', port: 50051, own: 1.5, calls: [] },
  { name: 'shipping', port: 50052, own: 1, calls: [] },
  { name: 'email', port: 5000, own: 1.2, calls: [] },
  { name: 'ad', port: 9555, own: 1, calls: [] },
  { name: 'redis', port: 6379, own: 0.3, calls: [] },
];

/** Four nodes in two zones; every workload that matters in several places. */
export const FOUR_NODES: Placement = {
  loadgenerator: ['n1'],
  frontend: ['n1', 'n3'],
  checkout: ['n2', 'n4'],
  cart: ['n1', 'n2', 'n3'],
  recommendation: ['n2', 'n4'],
  catalogue: ['n1', 'n3', 'n4'],
  currency: ['n2', 'n3'],
  payment: ['n1@v1', 'n2@v2', 'n3@v1', 'n4@v2'],
  shipping: ['n1', 'n2', 'n4'],
  email: ['n3'],
  ad: ['n2'],
  redis: ['n4'],
};

const ZONES: Readonly<Record<string, string>> = { n1: 'a', n2: 'a', n3: 'b', n4: 'b' };

/** A shop with some workloads replaced or added by `others`, placed. */
export function shopOf(placement: Placement = FOUR_NODES, others: readonly Workload[] = []): Shop {
  const pods = new Map(
    Object.entries(placement).map(([workload, replicas]) => [
      workload,
      replicas.map((replica, i): Pod => {
        const [node, version = 'v1'] = replica.split('@') as [string, string?];
        return { name: `${workload}-${i}`, workload, version, node, zone: ZONES[node] ?? node };
      }),
    ]),
  );
  return { workloads: new Map([...GRAPH, ...others].map((workload) => [workload.name, workload])), pods };
}

export function tagsOf(pod: Pod): Tags {
  return {
    region: 'eu',
    zone: pod.zone,
    node: pod.node,
    namespace: 'shop',
    kind: 'Deployment',
    workload: pod.workload,
    version: pod.version,
    image: `${pod.workload}:${pod.version}`,
    pod: pod.name,
    container: 'main',
    process: pod.workload,
  };
}
