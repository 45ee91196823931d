import { mkdir } from 'node:fs/promises';
import { removeWorld, sweepLeftovers } from './cleanup.ts';
import type { Injection } from './faults/fault.ts';
import { findFault } from './faults/index.ts';
import { folderOf, netnsPrefix, newWorldId } from './identity.ts';
import { dropInvalid } from './kube-proxy.ts';
import { readLedger } from './ledger.ts';
import { journeysDone, journeysOf, quiesce, startLoad } from './load.ts';
import { checkMachine } from './machine.ts';
import { newWorkload } from './model.ts';
import { buildNodes, podNetns, teachTunnels } from './network.ts';
import { nodeNamed, WORKLOADS } from './plan.ts';
import { bundleProgram } from './program.ts';
import { Publisher } from './publisher.ts';
import { RunningCluster } from './running.ts';
import { onSignals } from './signals.ts';
import { startWatchdog } from './watchdog.ts';
import type { World, WorldOptions } from './world-types.ts';

const REQUESTS_PER_CONNECTION = 10;

/**
 * Starts a world and resolves when every pod is ready. Worlds whose owners died are removed first. Throws FL-580 where
 * the machine lacks something; whatever fails later leaves nothing behind.
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  checkMachine();
  await sweepLeftovers();
  const id = newWorldId();
  const watchdog = startWatchdog(id);
  try {
    const { running, publisher } = await build(id, options);
    return open(running, publisher, watchdog, options);
  } catch (error) {
    await removeWorld(id);
    watchdog.dismiss();
    throw error;
  }
}

async function build(
  id: string,
  options: WorldOptions,
): Promise<{ running: RunningCluster; publisher: Publisher }> {
  const progress = options.progress ?? (() => {});
  const folder = folderOf(id);
  await mkdir(folder, { mode: 0o700 });
  progress('building the network');
  const [program] = await Promise.all([
    bundleProgram(folder),
    buildNodes(id).then(() => Promise.all([teachTunnels(id), dropInvalid(id)])),
  ]);
  const publisher = await Publisher.start(folder, options.apiPort ?? 0);
  try {
    const workloads = WORKLOADS.map(newWorkload);
    const life = options.requestsPerConnection ?? REQUESTS_PER_CONNECTION;
    const running = new RunningCluster(id, folder, program, publisher, workloads, life);
    const placements = workloads.flatMap(({ plan, revisions }) =>
      plan.versions.flatMap(({ nodes }, index) =>
        nodes.map((node) => ({ workload: plan.name, revision: revisions[index]!, node })),
      ),
    );
    progress(`starting ${placements.length} pods`);
    await running.addPods(placements);
    progress('every pod is ready');
    return { running, publisher };
  } catch (error) {
    await publisher.close();
    throw error;
  }
}

function open(
  running: RunningCluster,
  publisher: Publisher,
  watchdog: { dismiss(): void },
  options: WorldOptions,
): World {
  const { id } = running;
  const active = new Set<Injection>();
  let stopping: Promise<void> | null = null;

  const stop = async (): Promise<void> => {
    running.expectEnd();
    for (const injection of active) await injection.undo().catch(() => {});
    await removeWorld(id);
    await publisher.close();
    watchdog.dismiss();
    forget();
  };
  const stopOnce = (): Promise<void> => {
    stopping ??= stop();
    return stopping;
  };
  const forget = options.handleSignals === false ? () => {} : onSignals(stopOnce);

  /** Counts of a world that lost a process are not exact: say so instead of giving them. */
  const whole = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await work();
    if (running.accident !== null) throw running.accident;
    return result;
  };

  return {
    id,
    netnsPattern: `${netnsPrefix(id)}*`,
    apiUrl: publisher.api.url,
    objectsFile: publisher.objectsFile,
    kubeconfigFile: publisher.kubeconfigFile,
    pods: () =>
      running.cluster.pods.map((pod) => ({
        ...pod,
        zone: nodeNamed(pod.node).zone,
        netns: podNetns(id, pod.name),
        pid: running.processOf(pod.name).pid,
      })),
    load: (rate, load = {}) => startLoad(running, rate, load),
    drive: (rate, journeys, load = {}) =>
      whole(async () => {
        await startLoad(running, rate, { ...load, journeys });
        return journeysDone(running);
      }),
    journeys: () => journeysOf(running),
    quiesce: () => whole(() => quiesce(running)),
    ledger: () => whole(() => readLedger(running)),
    async inject(name, wanted) {
      const { fault, place } = findFault(name, wanted);
      const injection = await fault.inject(running, place);
      active.add(injection);
      return {
        fault: name,
        place,
        at: Date.now(),
        truth: injection.truth,
        async undo() {
          if (active.delete(injection)) await injection.undo();
        },
      };
    },
    stop: stopOnce,
  };
}
