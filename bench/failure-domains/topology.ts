import type { Draw } from './draw.ts';
import { PARAMETERS } from './parameters.ts';

export interface Pod {
  readonly index: number;
  readonly name: string;
  readonly workload: string;
  readonly version: string;
  readonly node: string;
  readonly zone: string;
}

export interface Workload {
  readonly name: string;
  readonly port: number;
  readonly layer: number;
  readonly pods: readonly Pod[];
  readonly calls: readonly { readonly to: string; readonly chance: number }[];
  /** Median milliseconds it computes by itself. */
  readonly ownMillis: number;
  /** Share of its requests that fail in quiet times. */
  readonly failures: number;
}

/** pod → node → zone and pod → version → image: who runs where, and who calls whom. */
export interface Topology {
  readonly zones: readonly string[];
  readonly nodes: readonly Place[];
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly pods: readonly Pod[];
}

export interface Place {
  readonly node: string;
  readonly zone: string;
}

/** Where the pods of a workload run and in which version. */
export type Placement = (draw: Draw, nodes: readonly Place[]) => readonly (Place & { version: string })[];

export const USERS = 'users';
export const ENTRY = 'gateway';

const NAMES = {
  callers: ['web', 'api', 'partner'],
  servers: ['cart', 'catalogue', 'payment', 'shipping', 'search'],
  stores: ['sessions', 'orders'],
};

/**
 * Draws a cluster: users ask an entry, which asks callers, which ask servers, which ask stores.
 * @param special placements other than the usual random one, by workload
 */
export function topologyOf(draw: Draw, special: ReadonlyMap<string, Placement> = new Map()): Topology {
  const zones = ['a', 'b', 'c'].slice(0, draw.whole(PARAMETERS.zones));
  const nodes = zones.flatMap((zone) =>
    Array.from({ length: draw.whole(PARAMETERS.nodesPerZone) }, (_, i) => ({
      node: `${zone}${i + 1}`,
      zone,
    })),
  );
  const callers = NAMES.callers.slice(0, draw.whole(PARAMETERS.callers));
  const servers = NAMES.servers.slice(0, draw.whole(PARAMETERS.servers));
  const stores = NAMES.stores.slice(0, draw.whole(PARAMETERS.stores));
  const asked = (names: readonly string[], least: number): string[] =>
    draw.subset(names, draw.integer(Math.min(least, names.length), names.length));
  const graph: [name: string, layer: number, calls: string[]][] = [
    [USERS, 0, [ENTRY]],
    [ENTRY, 1, callers],
    ...callers.map((name): [string, number, string[]] => [name, 2, asked(servers, 2)]),
    ...servers.map((name): [string, number, string[]] => [name, 3, draw.chance(0.5) ? asked(stores, 1) : []]),
    ...stores.map((name): [string, number, string[]] => [name, 4, []]),
  ];
  const pods: Pod[] = [];
  const workloads = new Map<string, Workload>();
  for (const [i, [name, layer, calls]] of graph.entries()) {
    const placed = name === USERS ? ONE : (special.get(name) ?? scattered);
    const own = placed(draw, nodes).map((place, n) => ({
      ...place,
      index: pods.length + n,
      name: `${name}-${n}`,
      workload: name,
    }));
    pods.push(...own);
    workloads.set(name, {
      name,
      port: 8000 + i,
      layer,
      pods: own,
      calls: calls.map((to) => ({
        to,
        chance: name === USERS ? 1 : draw.uniform(...PARAMETERS.callChance),
      })),
      ownMillis: draw.scale(PARAMETERS.ownMillis),
      failures: draw.scale(PARAMETERS.failures),
    });
  }
  return { zones, nodes, workloads: reached(workloads), pods };
}

/** Without workloads nobody asks. */
function reached(workloads: ReadonlyMap<string, Workload>): Map<string, Workload> {
  const seen = new Set([USERS]);
  for (const name of seen) for (const { to } of workloads.get(name)!.calls) seen.add(to);
  return new Map([...workloads].filter(([name]) => seen.has(name)));
}

const ONE: Placement = (_, nodes) => [{ ...nodes[0]!, version: 'v1' }];

/** Pods anywhere, several of a workload on one node too; half of the workloads run two versions. */
const scattered: Placement = (draw, nodes) => {
  const count = draw.whole(PARAMETERS.replicas);
  const two = count > 1 && draw.chance(PARAMETERS.twoVersions);
  const versions = Array.from({ length: count }, (_, i) =>
    two && (i === 0 || draw.chance(0.5)) ? 'v2' : 'v1',
  );
  if (two && !versions.includes('v1')) versions[count - 1] = 'v1';
  return versions.map((version) => ({ ...draw.pick(nodes), version }));
};

/** Both versions on every node, on most of them once: every conjunction of version and place exists. */
export const crossed: Placement = (draw, nodes) =>
  nodes.flatMap((place) =>
    ['v1', 'v2'].flatMap((version) =>
      Array.from({ length: draw.chance(0.3) ? 2 : 1 }, () => ({ ...place, version })),
    ),
  );

/** v2 runs in one zone and nothing else of the workload does; with `leak`, one pod of each is on the other side. */
export function apart(zone: string, leak: boolean): Placement {
  return (draw, nodes) => {
    const inside = nodes.filter((place) => place.zone === zone);
    const outside = nodes.filter((place) => place.zone !== zone);
    const some = (places: readonly Place[], version: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...places[i % places.length]!, version }));
    return [
      ...some(draw.shuffled(inside), 'v2', draw.integer(2, 4)),
      ...some(draw.shuffled(outside), 'v1', draw.integer(2, 4)),
      ...(leak ? [...some(draw.shuffled(inside), 'v1', 1), ...some(draw.shuffled(outside), 'v2', 1)] : []),
    ];
  };
}

/** One pod a node. */
export const spread: Placement = (draw, nodes) =>
  draw
    .shuffled(nodes)
    .slice(0, Math.max(3, draw.integer(3, nodes.length)))
    .map((place) => ({ ...place, version: 'v1' }));
