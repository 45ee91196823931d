import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultlineError } from '../../../probe/index.ts';
import { makeCgroup, SYSTEM_CGROUP } from '../cgroup.ts';
import { nodeNetns, VXLAN_PORT } from '../network.ts';
import { nodeNamed, underlayIp } from '../plan.ts';
import type { RunningCluster } from '../running.ts';
import { enter, run, runIn, sleep } from '../shell.ts';

const SOURCE = fileURLToPath(new URL('./delay-line.c', import.meta.url));
const QUEUE = '7';

export interface DelayLine {
  stop(): Promise<void>;
}

/**
 * Delays what one node sends another through the tunnel, on the sender's way out, so that both ends' probes see the
 * packets late. The rule lets packets pass when the program is gone.
 */
export async function startDelay(
  running: RunningCluster,
  from: string,
  to: string,
  millis: number,
): Promise<DelayLine> {
  const program = await compiled(running.folder);
  const netns = nodeNetns(running.id, from);
  const stopProgram = await startProgram(running.id, netns, [program, QUEUE, String(millis)]);
  const rule = [
    ...['OUTPUT', '-p', 'udp', '-d', underlayIp(nodeNamed(to)), '--dport', String(VXLAN_PORT)],
    ...['-j', 'NFQUEUE', '--queue-num', QUEUE, '--queue-bypass'],
  ];
  await runIn(netns, 'iptables', ['-w', '5', '-t', 'mangle', '-A', ...rule]);
  return {
    async stop() {
      await runIn(netns, 'iptables', ['-w', '5', '-t', 'mangle', '-D', ...rule]);
      // What it still holds is let go first; the kernel would drop it.
      await sleep(2 * millis);
      await stopProgram();
    },
  };
}

async function compiled(folder: string): Promise<string> {
  const program = join(folder, 'delay-line');
  if (existsSync(program)) return program;
  try {
    await run('gcc', ['-O2', '-Wall', '-D_GNU_SOURCE', '-o', program, SOURCE, '-lnetfilter_queue']);
  } catch (cause) {
    throw new FaultlineError(
      'FL-583',
      'The delay line could not be compiled.',
      'Install gcc and libnetfilter-queue-dev, or choose another fault.',
      { cause },
    );
  }
  return program;
}

/** Resolves, once the program takes packets, to what ends it. */
function startProgram(
  worldId: string,
  netns: string,
  command: readonly string[],
): Promise<() => Promise<void>> {
  const cgroup = makeCgroup(worldId, SYSTEM_CGROUP);
  const child = spawn('/bin/sh', enter(cgroup, netns, command), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the delay line ended: ${said.trim()}`)));
    child.stdout.once('data', () =>
      resolve(async () => {
        child.kill('SIGKILL');
        await ended;
      }),
    );
  });
}
