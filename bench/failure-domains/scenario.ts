import type { Domain, Side, Tag, TagName } from './domain.ts';
import { holds } from './domain.ts';
import { type Draw, drawOf } from './draw.ts';
import { type Kind, PARAMETERS } from './parameters.ts';
import {
  apart,
  crossed,
  ENTRY,
  type Placement,
  type Pod,
  spread,
  type Topology,
  topologyOf,
  USERS,
} from './topology.ts';

export type Effect =
  | { readonly signal: 'errors' | 'connect failures' | 'retransmits'; readonly share: number }
  | { readonly signal: 'latency'; readonly share: number; readonly millis: number };

export interface Cause {
  readonly domain: Domain;
  readonly effect: Effect;
  /** Of the domain's endpoint pairs only these are hit, and no tag says which. */
  readonly hidden?: (client: Pod, server: Pod) => boolean;
  /** Whether its pods were never seen before. */
  readonly rollout: boolean;
}

/** A part of a workload that always was worse and gets more of the traffic. */
export interface Mix {
  readonly pods: ReadonlySet<number>;
  readonly worse: number;
  readonly more: number;
}

/** One case before anything happened in it. */
export interface Scenario {
  readonly name: string;
  readonly kind: Kind;
  readonly topology: Topology;
  readonly causes: readonly Cause[];
  readonly mix: Mix | null;
  readonly draw: Draw;
}

export function scenarioOf(kind: Kind, seed: number, number: number): Scenario {
  const name = `${kind}-${seed}-${number}`;
  const draw = drawOf(name);
  const { topology, causes, mix = null } = MAKERS[kind](draw);
  return { name, kind, topology, causes, mix, draw };
}

type Made = Pick<Scenario, 'topology' | 'causes'> & { readonly mix?: Mix | null };

const SERVERS = ['cart', 'catalogue', 'payment'] as const;
const IN_ANY_WORLD = { callers: ['web', 'api'], servers: SERVERS } as const;

const MAKERS: Readonly<Record<Kind, (draw: Draw) => Made>> = {
  tag: (draw) => {
    const topology = topologyOf(draw);
    return { topology, causes: [oneTag(draw, topology)] };
  },
  conjunction: (draw) => {
    const target = draw.pick(SERVERS);
    const topology = withTarget(draw, target, crossed);
    const place = draw.pick(['zone', 'node'] as const);
    const tags = [
      tagOf('server', 'version', draw.pick(['v1', 'v2'])),
      placeTag(draw, topology, target, 'server', place),
    ];
    return { topology, causes: [causeOf(draw, { server: target, tags, ends: 'as said' })] };
  },
  pair: (draw) => {
    const target = draw.pick(SERVERS);
    const topology = withTarget(draw, target, crossed, crossed);
    return { topology, causes: [pairOf(draw, topology, target)] };
  },
  several: (draw) => {
    const topology = topologyOf(draw);
    const causes: Cause[] = [];
    const wanted = draw.whole(PARAMETERS.causes);
    while (causes.length < wanted) {
      const next = oneTag(draw, topology);
      if (causes.every(({ domain }) => domain.server !== next.domain.server)) causes.push(next);
    }
    return { topology, causes };
  },
  confounded: (draw) => {
    const target = draw.pick(SERVERS);
    if (draw.chance(0.3)) {
      const topology = withTarget(draw, target, spread);
      const tags = [tagOf('server', 'pod', draw.pick(topology.workloads.get(target)!.pods).name)];
      return { topology, causes: [causeOf(draw, { server: target, tags, ends: 'as said' })] };
    }
    const topology = withTarget(draw, target, apart(draw.pick(['a', 'b']), draw.chance(0.3)));
    const { zone } = topology.workloads.get(target)!.pods[0]!;
    const tags = [draw.chance(0.5) ? tagOf('server', 'version', 'v2') : tagOf('server', 'zone', zone)];
    return { topology, causes: [causeOf(draw, { server: target, tags, ends: 'as said' })] };
  },
  outside: (draw) => {
    const topology = topologyOf(draw);
    const edge = draw.pick(edgesOf(topology));
    const way = draw.integer(0, 2);
    const domain: Domain = { ...(way === 1 ? { server: edge.server } : edge), tags: [], ends: 'as said' };
    const effect = effectOf(draw);
    // A tag that is not in the table: every second pair of ends has it, whatever their tags.
    const parity = draw.integer(0, 1);
    const hidden = (client: Pod, server: Pod): boolean => (client.index + server.index) % 2 === parity;
    const several = Math.min(
      ...[edge.client, edge.server].map((name) => topology.workloads.get(name)!.pods.length),
    );
    return {
      topology,
      causes: [{ domain, effect, rollout: false, ...(way === 2 && several >= 4 ? { hidden } : {}) }],
    };
  },
  mix: (draw) => {
    const target = draw.pick(SERVERS);
    const topology = withTarget(draw, target, crossed);
    const { pods } = topology.workloads.get(target)!;
    const tag = draw.pick(['version', 'zone'] as const);
    const value = draw.pick(pods)[tag];
    const part = new Set(pods.filter((pod) => pod[tag] === value).map(({ index }) => index));
    const [worse, more] = [draw.scale(PARAMETERS.worse), draw.scale(PARAMETERS.more)];
    return { topology, causes: [], mix: { pods: part, worse, more } };
  },
  quiet: (draw) => ({ topology: topologyOf(draw), causes: [] }),
};

function withTarget(draw: Draw, target: string, placement: Placement, callers?: Placement): Topology {
  const special = new Map([[target, placement]]);
  if (callers) for (const name of IN_ANY_WORLD.callers) special.set(name, callers);
  for (;;) {
    const topology = topologyOf(draw, special);
    if (topology.workloads.has(target)) return topology;
  }
}

const tagOf = (side: Side, tag: TagName, value: string): Tag => ({ side, tag, value });

function placeTag(draw: Draw, { workloads }: Topology, name: string, side: Side, tag: TagName): Tag {
  const pod = draw.pick(workloads.get(name)!.pods);
  return tagOf(side, tag, tag === 'pod' ? pod.name : pod[tag]);
}

/** Every edge but the users'. */
function edgesOf({ workloads }: Topology): { readonly client: string; readonly server: string }[] {
  return [...workloads.values()].flatMap(({ name, calls }) =>
    name === USERS ? [] : calls.map(({ to }) => ({ client: name, server: to })),
  );
}

/** A cause that one tag names: of a workload, of what it is asked by, of what it asks, or of a place whoever is there. */
function oneTag(draw: Draw, topology: Topology): Cause {
  const ways = ['server', 'server', 'server', 'workload', 'client', 'out', 'place', 'network'] as const;
  for (;;) {
    const way = draw.pick(ways);
    const edge = draw.pick(edgesOf(topology).filter(({ client }) => client !== ENTRY || way === 'server'));
    const domain = domainOf(draw, topology, edge, way);
    if (domain !== null && proper(topology, domain)) return causeOf(draw, domain, way === 'network');
  }
}

function domainOf(
  draw: Draw,
  topology: Topology,
  { client, server }: { readonly client: string; readonly server: string },
  way: 'server' | 'workload' | 'client' | 'out' | 'place' | 'network',
): Domain | null {
  const anyTag = () => draw.pick(['version', 'pod', 'node', 'zone'] as const);
  const place = () => draw.pick(['node', 'zone'] as const);
  const one = (name: string, side: Side, tag: TagName) => [placeTag(draw, topology, name, side, tag)];
  switch (way) {
    case 'server':
      return { server, tags: one(server, 'server', anyTag()), ends: 'as said' };
    case 'workload':
      return { server, tags: [], ends: 'as said' };
    case 'client':
      return { client, server, tags: one(client, 'client', anyTag()), ends: 'as said' };
    case 'out':
      return { client, tags: one(client, 'client', draw.pick(['pod', 'node', 'version'])), ends: 'as said' };
    case 'place':
      return { tags: one(server, 'server', place()), ends: 'as said' };
    case 'network':
      return { tags: one(server, 'server', place()), ends: draw.pick(['either', 'border']) };
  }
}

function pairOf(draw: Draw, topology: Topology, target: string): Cause {
  const callers = [...topology.workloads.values()].filter(({ calls }) =>
    calls.some(({ to }) => to === target),
  );
  const client = draw.pick(callers).name;
  const two = (tag: TagName) => [
    placeTag(draw, topology, client, 'client', tag),
    placeTag(draw, topology, target, 'server', tag),
  ];
  switch (draw.integer(0, 3)) {
    case 0:
      return causeOf(draw, { server: target, tags: two('zone'), ends: 'as said' });
    case 1:
      return causeOf(draw, { client, server: target, tags: two('version'), ends: 'as said' });
    case 2:
      return causeOf(draw, { tags: two('zone'), ends: 'as said' }, true);
    default:
      return causeOf(draw, { tags: two(draw.pick(['node', 'zone'])), ends: 'either' }, true);
  }
}

/** Whether some pairs of ends are inside and, where there are tags, some of the same workloads outside. */
function proper({ workloads }: Topology, domain: Domain): boolean {
  let [inside, outside] = [0, 0];
  for (const { pods, calls } of workloads.values()) {
    for (const { to } of calls) {
      if (domain.client !== undefined && pods[0]!.workload !== domain.client) continue;
      if (domain.server !== undefined && to !== domain.server) continue;
      for (const from of pods) {
        for (const other of workloads.get(to)!.pods) {
          if (holds(domain, from, other)) inside++;
          else outside++;
        }
      }
    }
  }
  return inside > 0 && (outside > 0 || domain.tags.length === 0);
}

function causeOf(draw: Draw, domain: Domain, network = false): Cause {
  const version = domain.tags.some(({ side, tag }) => side === 'server' && tag === 'version');
  const rollout = version && domain.tags.length === 1 && draw.chance(PARAMETERS.rollouts);
  return { domain, effect: network ? networkEffectOf(draw) : effectOf(draw), rollout };
}

function effectOf(draw: Draw): Effect {
  switch (draw.integer(0, 3)) {
    case 0:
      return { signal: 'connect failures', share: draw.scale(PARAMETERS.refuses) };
    case 1:
      return { signal: 'errors', share: draw.scale(PARAMETERS.fails) };
    default:
      return {
        signal: 'latency',
        share: draw.scale(PARAMETERS.slows),
        millis: draw.scale(PARAMETERS.slowerMillis),
      };
  }
}

function networkEffectOf(draw: Draw): Effect {
  return { signal: 'retransmits', share: draw.scale(PARAMETERS.loses) };
}
