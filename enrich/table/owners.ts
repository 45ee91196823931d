import type { OwnerRef } from '../read/meta.ts';
import type { PodView } from '../read/pod.ts';
import type { WorkloadView } from '../read/workload.ts';

/** Pod → ReplicaSet → Deployment → (a controller of one's own) is the longest chain met in practice. */
const MAX_CHAIN = 4;
/** Objects remembered; beyond it owners are derived from the pods themselves. */
const MAX_OWNERS = 200_000;

/** The top owner of a pod. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  /** False while an object of the chain is not known and may still change the answer. */
  readonly certain: boolean;
}

/** Owner objects by uid. Ownership does not change during an object's life, so this table needs no time. */
export class Owners {
  readonly #byUid = new Map<string, WorkloadView>();
  #generation = 0;

  /** Changes whenever an answer that was not certain may have changed. */
  get generation(): number {
    return this.#generation;
  }

  get(uid: string): WorkloadView | undefined {
    return this.#byUid.get(uid);
  }

  values(): Iterable<WorkloadView> {
    return this.#byUid.values();
  }

  /** False when there is no room for another owner. */
  set(view: WorkloadView): boolean {
    if (!this.#byUid.has(view.key)) {
      if (this.#byUid.size >= MAX_OWNERS) return false;
      this.#generation += 1;
    }
    this.#byUid.set(view.key, view);
    return true;
  }

  delete(uid: string): void {
    this.#byUid.delete(uid);
  }

  workloadOf(pod: PodView): Workload {
    const { owner } = pod;
    if (owner === null) return { kind: 'Pod', name: pod.name, certain: true };
    // The kubelet appends the node's name to the name of a static pod.
    if (owner.kind === 'Node') return { kind: 'Pod', name: cut(pod.name, owner.name), certain: true };
    return this.#top(owner, pod, MAX_CHAIN);
  }

  #top(owner: OwnerRef, pod: PodView, depth: number): Workload {
    if (owner.kind !== 'ReplicaSet' && owner.kind !== 'Job') return { ...pick(owner), certain: true };
    const known = owner.uid === null ? undefined : this.#byUid.get(owner.uid);
    if (known !== undefined) {
      if (known.owner === null || depth === 0) return { ...pick(owner), certain: true };
      return this.#top(known.owner, pod, depth - 1);
    }
    const stem = pod.templateHash === null ? owner.name : cut(owner.name, pod.templateHash);
    if (owner.kind === 'Job' || stem === owner.name) return { ...pick(owner), certain: false };
    return { kind: 'Deployment', name: stem, certain: false };
  }
}

const pick = ({ kind, name }: OwnerRef): Pick<OwnerRef, 'kind' | 'name'> => ({ kind, name });

const cut = (name: string, suffix: string): string =>
  name.endsWith(`-${suffix}`) && name.length > suffix.length + 1 ? name.slice(0, -suffix.length - 1) : name;
