import { setSurge } from '../load.ts';
import { nodeNetns } from '../network.ts';
import { redisSocket } from '../program.ts';
import { tellRedis } from '../redis-control.ts';
import { runIn, sleep } from '../shell.ts';
import type { Fault } from './fault.ts';
import { parseSelector, selectPods, workloadTruth } from './select.ts';

/** All pods of a workload stop listening; connections that are open end after their next answer. */
export const refuses: Fault = {
  summary: 'a dependency stops listening: connections are refused',
  places: ['payment', 'shipping'],
  async inject(running, place) {
    const pods = selectPods(running, parseSelector(place));
    const listen = (on: boolean): Promise<unknown> =>
      Promise.all(pods.map((pod) => running.processOf(pod.name).ask({ type: 'listen', on })));
    const truth = workloadTruth(running, place, pods, null, ['refused']);
    await listen(false);
    return { truth, undo: () => listen(true).then(() => undefined) };
  },
};

/** SYNs to the pods of a workload vanish on their nodes; open connections go on. */
export const drops: Fault = {
  summary: 'SYNs to a dependency are dropped: connections time out',
  places: ['shipping', 'payment'],
  async inject(running, place) {
    const pods = selectPods(running, parseSelector(place));
    const { port } = running.workload(place).plan;
    const rule = (action: '-I' | '-D'): Promise<unknown> =>
      Promise.all(
        pods.map(({ node, ip }) =>
          runIn(nodeNetns(running.id, node), 'iptables', [
            ...['-w', '5', action, 'FORWARD', '-p', 'tcp', '--syn', '-d', ip],
            ...['--dport', String(port), '-j', 'DROP'],
          ]),
        ),
      );
    await rule('-I');
    const truth = workloadTruth(running, place, pods, null, ['unreachable']);
    return { truth, undo: () => rule('-D').then(() => undefined) };
  },
};

/** Redis holds every command for most of the time: requests are read and then wait. */
const PAUSE_MILLIS = 45;
const BREAK_MILLIS = 10;

export const slowDatabase: Fault = {
  summary: 'Redis pauses four fifths of the time',
  places: ['redis-cart'],
  async inject(running, place) {
    const socket = redisSocket(running.folder);
    let on = true;
    const cycle = (async () => {
      while (on) {
        await tellRedis(socket, 'CLIENT', 'PAUSE', String(PAUSE_MILLIS), 'ALL');
        await sleep(PAUSE_MILLIS + BREAK_MILLIS);
      }
    })();
    cycle.catch(() => {});
    const pods = selectPods(running, parseSelector(place));
    return {
      truth: workloadTruth(running, place, pods, null, ['slow service']),
      async undo() {
        on = false;
        await cycle;
      },
    };
  },
};

/** Pages that ask one computing service many things at once: short queues, so that one core is left for the rest. */
const SURGES: Readonly<Record<string, string>> = { ad: '/offers?count=16', currency: '/rates?count=32' };
const SURGES_PER_SECOND = 8;

export const overload: Fault = {
  summary: 'bursts of requests pile up before a service that computes',
  places: Object.keys(SURGES),
  async inject(running, place) {
    const pods = selectPods(running, parseSelector(place));
    await setSurge(running, { rate: SURGES_PER_SECOND, path: SURGES[place]! });
    return {
      truth: workloadTruth(running, place, pods, null, ['overload']),
      undo: () => setSurge(running, null),
    };
  },
};
