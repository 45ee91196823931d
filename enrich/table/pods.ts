import { isOver, type PodView } from '../read/pod.ts';
import { Claims } from './claims.ts';
import type { PodRecord, PodState } from './pod-record.ts';
import { Timeline } from './timeline.ts';

/** Kubernetes is tested to 150,000 pods; beyond this, pods are not known. */
const MAX_PODS = 300_000;
/** A container's clock shows whole seconds: it started less than this after what it shows. */
const SECOND = 1_000_000;
/** Runtime ids remembered of one pod; a pod in a crash loop goes on making new ones. */
const MAX_CONTAINER_IDS = 64;

export class Pods {
  readonly #records = new Map<string, PodRecord>();
  /** Container ids, and the hashes static pods' cgroups bear instead of the uid. */
  readonly #aliases = new Map<string, PodRecord>();
  readonly #hostPorts = new Map<string, Set<PodRecord>>();
  readonly claims = new Claims<PodRecord>();
  #generation = 0;

  /** Changes whenever a pod is new. */
  get generation(): number {
    return this.#generation;
  }

  /** A pod by its uid, by the hash of a static pod, or by the id of one of its containers. */
  get(id: string): PodRecord | undefined {
    return this.#records.get(id) ?? this.#aliases.get(id);
  }

  values(): Iterable<PodRecord> {
    return this.#records.values();
  }

  /** Pods of a node that are reached through ports of the node. */
  withHostPorts(node: string): Iterable<PodRecord> {
    return this.#hostPorts.get(node) ?? [];
  }

  /** False when there is no room for another pod. */
  set(view: PodView, at: number): boolean {
    const record = this.#records.get(view.key) ?? this.#add(view);
    if (record === null) return false;
    const old = record.view;
    record.view = view;
    record.gone = false;
    record.surroundings = null;
    if (record.states.latest === undefined || nameOf(old) !== nameOf(view))
      record.states.set(stateOf(view), at);
    this.#index(record);
    const held = isOver(view) ? [] : view.ips;
    for (const ip of old.ips) if (!held.includes(ip)) this.claims.release(ip, record, at, false);
    for (const ip of held) this.#claim(ip, record, at);
    return true;
  }

  /** The pod is no more. It still names what was seen before, until it is forgotten. */
  delete(key: string, at: number, vanished: boolean): PodRecord | undefined {
    const record = this.#records.get(key);
    if (record === undefined || record.gone) return undefined;
    record.gone = true;
    for (const ip of record.ips) this.claims.release(ip, record, at, vanished);
    return record;
  }

  /** Forgets a deleted pod, unless one of its uid came back. */
  forget(record: PodRecord): void {
    if (!record.gone || this.#records.get(record.key) !== record) return;
    this.#records.delete(record.key);
    record.forgotten = true;
    for (const ip of record.ips) this.claims.forget(ip, record);
    for (const id of record.containers.keys()) this.#unalias(id, record);
    if (record.view.configHash !== null) this.#unalias(record.view.configHash, record);
    if (record.view.node !== null) this.#hostPorts.get(record.view.node)?.delete(record);
  }

  #add(view: PodView): PodRecord | null {
    if (this.#records.size >= MAX_PODS) return null;
    const { key } = view;
    const containers = new Map<string, string>();
    const record = {
      key,
      states: new Timeline<PodState>(),
      containers,
      ips: new Set<string>(),
      view,
      surroundings: null,
      gone: false,
      forgotten: false,
    };
    this.#records.set(key, record);
    this.#generation += 1;
    return record;
  }

  #claim(ip: string, record: PodRecord, at: number): void {
    const { startedAt, hostNetwork } = record.view;
    // A pod address is given again only after it was taken back, whatever the leaving holder's status still says.
    for (const { holder, shared } of hostNetwork ? [] : this.claims.at(ip, at)) {
      if (!shared && holder !== record && holder.view.terminating) this.claims.release(ip, holder, at, false);
    }
    this.claims.claim(ip, record, startedAt === null ? at : startedAt + SECOND, at, hostNetwork);
    record.ips.add(ip);
  }

  #index(record: PodRecord): void {
    const { view, containers } = record;
    if (view.configHash !== null) this.#aliases.set(view.configHash, record);
    for (const { id, name } of view.containers) {
      if (id === null || containers.has(id)) continue;
      containers.set(id, name);
      this.#aliases.set(id, record);
    }
    for (const id of containers.keys()) {
      if (containers.size <= MAX_CONTAINER_IDS) break;
      containers.delete(id);
      this.#unalias(id, record);
    }
    if (view.node === null || !view.containers.some(({ hostPorts }) => hostPorts.length > 0)) return;
    const pods = this.#hostPorts.get(view.node) ?? new Set();
    this.#hostPorts.set(view.node, pods.add(record));
  }

  #unalias(id: string, record: PodRecord): void {
    if (this.#aliases.get(id) === record) this.#aliases.delete(id);
  }
}

function stateOf(view: PodView): PodState {
  const lasting = view.initializing ? [] : view.containers.filter((container) => container.lasting);
  return { view, lasting, workload: null, generation: -1, names: [] };
}

/** Everything a name is made of; a pod's conditions, restarts and phases leave it as it is. */
function nameOf(view: PodView): string {
  const { name, namespace, version, templateHash, owner, node, hostNetwork, initializing } = view;
  const containers = view.containers.map((of) => [of.name, of.image, of.ports, of.hostPorts]);
  return JSON.stringify([
    name,
    namespace,
    version,
    templateHash,
    owner,
    node,
    hostNetwork,
    initializing,
    containers,
  ]);
}
