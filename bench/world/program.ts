import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Pod, Workload } from './model.ts';
import { PodProcess } from './pod-process.ts';
import { REDIS_SERVICE } from './service/neighbours.ts';
import type { PodConfig, Upstream } from './service/protocol.ts';

const SOURCE = fileURLToPath(new URL('./service/main.ts', import.meta.url));
/** A pod holds a few connections and counters; without a limit each heap would grow to what the machine has. */
const HEAP_MIB = 64;

/** Bundles the services' program once; every pod runs this one file. */
export async function bundleProgram(folder: string): Promise<string> {
  const outfile = join(folder, 'service.mjs');
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  });
  return outfile;
}

export interface ProgramContext {
  readonly id: string;
  readonly folder: string;
  readonly program: string;
  readonly workloads: readonly Workload[];
  readonly requestsPerConnection: number;
}

/** Starts what a pod's container runs: the shop's program, or a real Redis. */
export function startProgram(context: ProgramContext, pod: Pod): PodProcess {
  const { id, folder, program } = context;
  if (pod.workload === REDIS_SERVICE) {
    return new PodProcess(id, pod, redisCommand(redisSocket(folder)), {}, false);
  }
  const command = [process.execPath, `--max-old-space-size=${HEAP_MIB}`, program];
  const config = JSON.stringify(configOf(context, pod));
  return new PodProcess(id, pod, command, { FAULTLINE_WORLD_POD: config }, true);
}

/** The way to Redis that is not part of the world's traffic. */
export const redisSocket = (folder: string): string => join(folder, 'redis.sock');

function redisCommand(socket: string): string[] {
  const memory = ['--save', '', '--appendonly', 'no', '--maxmemory', '64mb'];
  const network = ['--port', '6379', '--bind', '0.0.0.0', '--protected-mode', 'no', '--unixsocket', socket];
  // Clients end connections, never Redis; a finer clock lets a pause end when it was asked to.
  return ['redis-server', ...memory, ...network, '--timeout', '0', '--hz', '100'];
}

function configOf({ workloads, requestsPerConnection }: ProgramContext, pod: Pod): PodConfig {
  const { plan } = workloads.find((workload) => workload.plan.name === pod.workload)!;
  const upstreams = plan.calls.map((name): [string, Upstream] => {
    const service = workloads.find((workload) => workload.plan.name === name)?.service;
    if (service == null) throw new RangeError(`${plan.name} calls ${name}, which has no service`);
    return [name, { ip: service.ip, port: service.port }];
  });
  return {
    pod: pod.name,
    service: plan.name,
    version: pod.version,
    port: plan.port,
    upstreams: Object.fromEntries(upstreams),
    requestsPerConnection,
    behaviour: plan.behaviour,
  };
}
