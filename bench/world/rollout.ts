import { newRevision, type Pod, type Revision, replicaSetName, type Workload } from './model.ts';
import type { RunningCluster } from './running.ts';
import type { Behaviour } from './service/protocol.ts';

export interface RolledOut {
  readonly added: readonly Pod[];
  /** Where the pods of the old versions were, to bring them back. */
  readonly removed: readonly Pod[];
  readonly before: Workload;
}

/**
 * A rollout as the Deployment controller does it: a new template makes a new ReplicaSet, its pods come up and get
 * traffic one after the other, and each replaced pod leaves after that.
 */
export async function rollOut(
  running: RunningCluster,
  name: string,
  version: string,
  nodes: readonly string[],
  replaced: readonly Pod[],
  behaviour: Partial<Behaviour>,
): Promise<RolledOut> {
  const before = running.workload(name);
  const last = before.revisions[before.revisions.length - 1]!;
  const revision = { ...newRevision(name, last.number + 1, { version, nodes }), replicas: 0 };
  running.setWorkload({
    ...before,
    generation: before.generation + 1,
    revisions: [...before.revisions, revision],
  });
  await running.sync();
  const added: Pod[] = [];
  const left = [...replaced];
  for (const node of nodes) {
    scale(running, name, revision.hash, 1);
    added.push(...(await running.addPods([{ workload: name, revision, node, behaviour }])));
    await retire(running, left.splice(0, 1));
  }
  await retire(running, left);
  return { added, removed: replaced, before };
}

/** The way back is a rollout of the old template: its ReplicaSets are scaled up again, with new pods. */
export async function undoRollOut(running: RunningCluster, name: string, done: RolledOut): Promise<void> {
  const workload = running.workload(name);
  const current = workload.revisions[workload.revisions.length - 1]!;
  // As `kubectl rollout undo` does, the old template becomes the newest revision again.
  const old = done.before.revisions[done.before.revisions.length - 1]!;
  const again = workload.revisions.find(({ hash }) => hash === old.hash)!;
  const others = workload.revisions.filter(({ hash }) => hash !== old.hash);
  running.setWorkload({
    ...workload,
    generation: workload.generation + 1,
    revisions: [...others, { ...again, number: current.number + 1 }],
  });
  await running.sync();
  for (const pod of done.removed) {
    const revision = revisionOf(running.workload(name), pod);
    scale(running, name, revision.hash, 1);
    await running.addPods([{ workload: name, revision, node: pod.node }]);
  }
  await retire(running, done.added);
}

async function retire(running: RunningCluster, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) {
    const workload = running.workload(pod.workload);
    scale(running, pod.workload, revisionOf(workload, pod).hash, -1);
    await running.removePods([pod]);
  }
}

function scale(running: RunningCluster, name: string, hash: string, by: number): void {
  const workload = running.workload(name);
  const revisions = workload.revisions.map((each) =>
    each.hash === hash ? { ...each, replicas: each.replicas + by } : each,
  );
  running.setWorkload({ ...workload, revisions });
}

function revisionOf(workload: Workload, pod: Pod): Revision {
  const found = workload.revisions.find((revision) => replicaSetName(workload, revision) === pod.replicaSet);
  if (found === undefined) throw new RangeError(`pod ${pod.name} has no revision`);
  return found;
}
