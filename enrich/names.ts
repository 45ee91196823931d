import type { Flow, Gauge } from '../probe/index.ts';
import { ChangeLog } from './changes/log.ts';
import { PodLives } from './changes/pod.ts';
import type { Endpoint } from './endpoint.ts';
import { configTable } from './kind/config.ts';
import { isKind, type Kind, type KindTable } from './kind/kind.ts';
import { nodeTable } from './kind/node.ts';
import { podTable } from './kind/pod.ts';
import { serviceTable } from './kind/service.ts';
import { sliceTable } from './kind/slice.ts';
import { workloadTable } from './kind/workload.ts';
import { FlowNamer } from './name/flow.ts';
import { type NodePlace, nodePlaces, type PodPlace, podPlaces } from './name/places.ts';
import { EndpointPool } from './name/pool.ts';
import type { Change, NamedFlow } from './named-flow.ts';
import { readEndpoints, readSlice } from './read/service.ts';
import { field } from './read/value.ts';
import { Retention } from './table/retention.ts';
import { createTables } from './table/tables.ts';

/** An object as a watch delivers it; `at` is its arrival in microseconds since the epoch. */
export interface ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
  readonly at: number;
}

export interface ServiceInfo {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIPs: readonly string[];
  readonly ports: readonly number[];
  /** Names of the workloads its endpoints belong to. */
  readonly workloads: readonly string[];
}

export interface NamesCounters {
  /** Objects read, and objects left out: malformed, of another kind, or beyond a table's bound. */
  readonly objects: number;
  readonly skipped: number;
  /** Unnamed addresses folded into `other`, and changes dropped because nobody took them. */
  readonly folded: number;
  readonly changesDropped: number;
}

export interface NamesOptions {
  /** Node this program runs on, for local processes whose address does not tell it. */
  readonly node?: string;
}

/**
 * Who had which address at which time. Objects go in as a watch delivers them, flows come out with both ends named as
 * of their time. Total: no object and no flow makes it throw.
 */
export class Names {
  readonly #tables = createTables();
  readonly #retention = new Retention();
  readonly #log = new ChangeLog();
  readonly #pool = new EndpointPool();
  readonly #kinds: Readonly<Record<Kind, KindTable<object>>>;
  readonly #namer: FlowNamer;
  readonly #listed = new Set<Kind>();
  #objects = 0;
  #skipped = 0;

  constructor(options: NamesOptions = {}) {
    this.#namer = new FlowNamer(this.#tables, this.#pool, options.node ?? null);
    const context = {
      tables: this.#tables,
      retention: this.#retention,
      log: this.#log,
      lives: new PodLives(),
    };
    this.#kinds = {
      Pod: podTable(context),
      Service: serviceTable(context),
      EndpointSlice: sliceTable(context, readSlice),
      Endpoints: sliceTable(context, readEndpoints),
      Node: nodeTable(context),
      ReplicaSet: workloadTable(context, 'ReplicaSet'),
      Deployment: workloadTable(context, 'Deployment'),
      StatefulSet: workloadTable(context, 'StatefulSet'),
      DaemonSet: workloadTable(context, 'DaemonSet'),
      Job: workloadTable(context, 'Job'),
      ConfigMap: configTable(context, 'ConfigMap'),
      Secret: configTable(context, 'Secret'),
    };
  }

  /** Takes one object of a watch. Objects of kinds that name nothing are counted and left. */
  apply({ type, object, at }: ObjectEvent): void {
    this.#retention.sweep(at);
    const kind = field(object, 'kind');
    const table = isKind(kind) ? this.#kinds[kind] : undefined;
    const view = table?.read(object) ?? null;
    if (table === undefined || view === null) this.#skipped += 1;
    else if (type === 'DELETED') table.remove(table.key(view), at, false);
    else this.#set(table, view, at, false);
  }

  /**
   * Takes a LIST: all objects of a kind there are at `at`. What was known and is not listed ended unseen, at the latest
   * now. The first LIST of a kind is where everything starts and holds no changes.
   */
  replace(kind: Kind, objects: Iterable<unknown>, at: number): void {
    this.#retention.sweep(at);
    const table = this.#kinds[kind];
    const first = !this.#listed.has(kind);
    this.#listed.add(kind);
    const views = new Map<string, object>();
    for (const object of objects) {
      const view = table.read(object);
      if (view === null) this.#skipped += 1;
      else views.set(table.key(view), view);
    }
    // What is gone leaves its addresses before others claim them.
    for (const key of table.keys()) if (!views.has(key)) table.remove(key, at, true);
    for (const view of views.values()) this.#set(table, view, at, first);
  }

  /** Names both ends of a flow as of its time. Equal endpoints are the same frozen object. */
  name(flow: Flow): NamedFlow {
    return this.#namer.name(flow);
  }

  /** Whose a gauge is, as of its time; equal endpoints are the same frozen object. */
  ownerOf(gauge: Gauge): Endpoint {
    return this.#namer.gauge(gauge);
  }

  /** Changes noticed since the last call, in the order they were noticed. */
  takeChanges(): readonly Change[] {
    return this.#log.take();
  }

  /** Nodes of the cluster now, sorted. */
  nodes(): readonly string[] {
    return [...this.#tables.nodes.views().keys()].sort();
  }

  /** Where every pod runs now, and the nodes there are for them. */
  places(): { readonly pods: readonly PodPlace[]; readonly nodes: readonly NodePlace[] } {
    return { pods: podPlaces(this.#tables), nodes: nodePlaces(this.#tables) };
  }

  /** Services of the cluster now. */
  services(): readonly ServiceInfo[] {
    return [...this.#tables.services.views()].map((view) => ({
      namespace: view.namespace,
      name: view.name,
      clusterIPs: view.clusterIps,
      ports: view.ports,
      workloads: this.#namer.addresses.services.workloads(view),
    }));
  }

  counters(): NamesCounters {
    return {
      objects: this.#objects,
      skipped: this.#skipped,
      folded: this.#pool.folded,
      changesDropped: this.#log.dropped,
    };
  }

  #set(table: KindTable<object>, view: object, at: number, first: boolean): void {
    if (table.set(view, at, first)) this.#objects += 1;
    else this.#skipped += 1;
  }
}
