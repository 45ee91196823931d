import { Addresses } from './addresses.ts';
import { forward } from './kube-proxy.ts';
import {
  type Cluster,
  newPod,
  type Pod,
  type PodPhase,
  type Revision,
  timestamp,
  type Workload,
} from './model.ts';
import { plugPods } from './network.ts';
import { endPod, podReady } from './pod-life.ts';
import type { PodProcess } from './pod-process.ts';
import { startProgram } from './program.ts';
import type { Publisher } from './publisher.ts';
import { REDIS_SERVICE } from './service/neighbours.ts';
import type { Behaviour, PodLedger } from './service/protocol.ts';

/** A pod to be: of which revision, on which node. */
export interface Placement {
  readonly workload: string;
  readonly revision: Revision;
  readonly node: string;
  readonly behaviour?: Partial<Behaviour>;
}

/** The cluster as it runs: what it should be, the processes, and everything that has to follow when it changes. */
export class RunningCluster {
  readonly id: string;
  readonly folder: string;
  /** Last words of pods that have left. */
  readonly departed: PodLedger[] = [];
  readonly departedPods: Pod[] = [];
  requestsPerConnection: number;
  #program: string;
  #publisher: Publisher;
  #cluster: Cluster;
  #processes = new Map<string, PodProcess>();
  #addresses = new Addresses();

  constructor(
    id: string,
    folder: string,
    program: string,
    publisher: Publisher,
    workloads: readonly Workload[],
    requestsPerConnection: number,
  ) {
    this.id = id;
    this.folder = folder;
    this.#program = program;
    this.#publisher = publisher;
    this.requestsPerConnection = requestsPerConnection;
    this.#cluster = { startedAt: timestamp(), workloads, pods: [] };
  }

  get cluster(): Cluster {
    return this.#cluster;
  }

  /** The processes of the shop's program, which can be asked; Redis cannot. */
  get processes(): readonly PodProcess[] {
    return [...this.#processes.values()].filter(({ pod }) => pod.workload !== REDIS_SERVICE);
  }

  processOf(pod: string): PodProcess {
    const found = this.#processes.get(pod);
    if (found === undefined) throw new RangeError(`no pod ${pod}`);
    return found;
  }

  /** Sends a signal to every process of a node, Redis included. */
  signal(node: string, name: NodeJS.Signals): void {
    for (const each of this.#processes.values()) if (each.pod.node === node) each.signal(name);
  }

  /** The first process that ended without having been told to. */
  get accident(): Error | null {
    for (const { unexpectedEnd } of this.#processes.values())
      if (unexpectedEnd !== null) return unexpectedEnd;
    return null;
  }

  expectEnd(): void {
    for (const each of this.#processes.values()) each.expectEnd();
  }

  workload(name: string): Workload {
    const found = this.#cluster.workloads.find(({ plan }) => plan.name === name);
    if (found === undefined) throw new RangeError(`no workload ${name}`);
    return found;
  }

  /** Replaces a workload, e.g. with one more revision; `sync` makes it known. */
  setWorkload(workload: Workload): void {
    const workloads = this.#cluster.workloads.map((each) =>
      each.plan.name === workload.plan.name ? workload : each,
    );
    this.#cluster = { ...this.#cluster, workloads };
  }

  /** Brings up pods until they are ready; objects and rules follow each step. */
  async addPods(placements: readonly Placement[]): Promise<readonly Pod[]> {
    const pods = placements.map(({ workload, revision, node }) =>
      newPod(this.workload(workload), revision, node, this.#addresses.next(node)),
    );
    this.#cluster = { ...this.#cluster, pods: [...this.#cluster.pods, ...pods] };
    await this.#publish();
    await plugPods(this.id, pods);
    await Promise.all(pods.map((pod, index) => this.#start(pod, placements[index]?.behaviour)));
    this.#setPhase(pods, 'running');
    await this.#publish();
    this.#setPhase(pods, 'ready');
    await this.sync();
    return pods;
  }

  /** Takes pods out of their services, lets them finish, keeps their counts and removes them. */
  async removePods(pods: readonly Pod[]): Promise<void> {
    this.#setPhase(pods, 'leaving');
    await this.sync();
    await Promise.all(pods.map((pod) => this.#leave(pod)));
    const names = new Set(pods.map(({ name }) => name));
    this.departedPods.push(...this.#cluster.pods.filter(({ name }) => names.has(name)));
    this.#cluster = { ...this.#cluster, pods: this.#cluster.pods.filter(({ name }) => !names.has(name)) };
    await this.#publish();
  }

  async sync(): Promise<void> {
    await this.#publish();
    await forward(this.id, this.#cluster);
  }

  async #publish(): Promise<void> {
    await this.#publisher.publish(this.#cluster);
  }

  async #start(pod: Pod, behaviour: Partial<Behaviour> | undefined): Promise<void> {
    const started = startProgram(
      {
        id: this.id,
        folder: this.folder,
        program: this.#program,
        workloads: this.#cluster.workloads,
        requestsPerConnection: this.requestsPerConnection,
      },
      pod,
    );
    this.#processes.set(pod.name, started);
    await podReady(this.folder, started, behaviour);
  }

  async #leave(pod: Pod): Promise<void> {
    this.departed.push(await endPod(this.id, this.processOf(pod.name)));
    this.#processes.delete(pod.name);
  }

  #setPhase(pods: readonly Pod[], phase: PodPhase): void {
    const names = new Set(pods.map(({ name }) => name));
    const leavingSince = phase === 'leaving' ? timestamp() : null;
    this.#cluster = {
      ...this.#cluster,
      pods: this.#cluster.pods.map((pod) => (names.has(pod.name) ? { ...pod, phase, leavingSince } : pod)),
    };
  }
}
