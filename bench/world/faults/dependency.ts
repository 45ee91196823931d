import { setSurge } from '../load.ts';
import { nodeNetns } from '../network.ts';
import { redisSocket } from '../program.ts';
import { tellRedis } from '../redis-control.ts';
import { runIn, sleep } from '../shell.ts';
import type { Fault, Truth } from './fault.ts';
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

/** A process that hangs: the kernel goes on accepting connections for it, and nobody reads them. */
export const hungInstance: Fault = {
  summary: 'one pod hangs: it is connected to and never answers',
  places: ['shipping@n2', 'productcatalog:v3.2@n3'],
  async inject(running, place) {
    const selector = parseSelector(place);
    const pods = selectPods(running, selector);
    const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
      for (const pod of pods) running.processOf(pod.name).signal(name);
    };
    signal('SIGSTOP');
    return {
      truth: workloadTruth(running, selector.workload, pods, 'pod', ['overload', 'slow service', 'errors']),
      undo: async () => signal('SIGCONT'),
    };
  },
};

/** Redis holds every command for most of the time: requests are read and then wait. */
const PAUSE_MILLIS = 45;
const BREAK_MILLIS = 10;
/** Iterations of an empty loop that keep Redis busy for about as long. */
const SCRIPT = 'for i = 1, 3000000 do end';

interface Hold {
  readonly mechanisms: Truth['mechanisms'];
  hold(socket: string): Promise<void>;
}

const HOLDS: Readonly<Record<string, Hold>> = {
  'redis-cart': {
    mechanisms: ['slow service'],
    async hold(socket) {
      await tellRedis(socket, 'CLIENT', 'PAUSE', String(PAUSE_MILLIS), 'ALL');
      await sleep(PAUSE_MILLIS);
    },
  },
  // Its one thread computes, and reads nothing meanwhile.
  'redis-cart script': {
    mechanisms: ['slow service', 'overload'],
    hold: (socket) => tellRedis(socket, 'EVAL', SCRIPT, '0'),
  },
};

export const slowDatabase: Fault = {
  summary: 'Redis pauses four fifths of the time, or is busy with a long script',
  places: Object.keys(HOLDS),
  async inject(running, place) {
    const socket = redisSocket(running.folder);
    const [workload = ''] = place.split(' ');
    const { mechanisms, hold } = HOLDS[place]!;
    let on = true;
    const cycle = (async () => {
      while (on) {
        await hold(socket);
        await sleep(BREAK_MILLIS);
      }
    })();
    cycle.catch(() => {});
    const pods = selectPods(running, parseSelector(workload));
    return {
      truth: workloadTruth(running, workload, pods, null, mechanisms),
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
