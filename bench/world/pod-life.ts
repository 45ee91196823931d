import { join } from 'node:path';
import { containerCgroup, removeCgroup, worldCgroup } from './cgroup.ts';
import { unplugPod } from './network.ts';
import type { PodProcess } from './pod-process.ts';
import { redisSocket } from './program.ts';
import { redisReady } from './redis-control.ts';
import { REDIS_SERVICE } from './service/neighbours.ts';
import type { Behaviour, PodLedger } from './service/protocol.ts';
import { sleep } from './shell.ts';

/** A leaving pod whose clients never let go is ended all the same, as the kubelet does after its grace period. */
const LEAVE_MILLIS = 15_000;

/** Waits until a pod's process listens, and tells it how to behave before anybody asks it anything. */
export async function podReady(
  folder: string,
  started: PodProcess,
  behaviour: Partial<Behaviour> | undefined,
): Promise<void> {
  if (started.pod.workload === REDIS_SERVICE) return redisReady(redisSocket(folder));
  await started.ready;
  if (behaviour !== undefined) await started.ask({ type: 'behave', behaviour });
}

/** Lets a pod finish what it has, ends it, removes its cgroup and namespace, and gives its counts. */
export async function endPod(worldId: string, leaving: PodProcess): Promise<PodLedger> {
  const { pod } = leaving;
  await Promise.race([leaving.ask({ type: 'leave' }), sleep(LEAVE_MILLIS)]);
  const ledger = await leaving.ask({ type: 'ledger' });
  await leaving.kill();
  const world = worldCgroup(worldId);
  // The container's cgroup and the pod's around it.
  if (world !== null) await removeCgroup(join(world, containerCgroup(pod.uid, pod.containerId), '..'));
  await unplugPod(worldId, pod);
  return ledger;
}
