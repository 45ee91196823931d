import type { DomainTag } from '../../../analysis/index.ts';
import { nodeNetns } from '../network.ts';
import { NODES } from '../plan.ts';
import type { RunningCluster } from '../running.ts';
import { runIn } from '../shell.ts';
import type { Fault, Truth } from './fault.ts';
import { parseSelector, selectPods, workloadTruth } from './select.ts';

/** Of every 50 ms the node's processes get 15: requests wait until their process runs again. */
const STOPPED_MILLIS = 35;
const RUNNING_MILLIS = 15;

/** Stops and resumes processes in turns; gives what ends it. */
function holdUp(signal: (name: 'SIGSTOP' | 'SIGCONT') => void): () => void {
  let timer: NodeJS.Timeout;
  const stop = (): void => {
    signal('SIGSTOP');
    timer = setTimeout(resume, STOPPED_MILLIS);
  };
  const resume = (): void => {
    signal('SIGCONT');
    timer = setTimeout(stop, RUNNING_MILLIS);
  };
  stop();
  return () => {
    clearTimeout(timer);
    signal('SIGCONT');
  };
}

/** Every process of a node is held up most of the time, as by a neighbour that takes the processor. */
export const slowNode: Fault = {
  summary: 'every process of one node is held up 35 of every 50 ms',
  places: ['n2', 'n3', 'n1'],
  async inject(running, place) {
    const undo = holdUp((name) => running.signal(place, name));
    return {
      truth: bothSides('node', place, aliasesOfNode(place), ['overload', 'slow service']),
      undo: async () => undo(),
    };
  },
};

/** One container against its processor limit. */
export const starvedInstance: Fault = {
  summary: 'the process of one pod is held up 35 of every 50 ms',
  places: ['productcatalog:v3.1@n2', 'currency@n3'],
  async inject(running, place) {
    const selector = parseSelector(place);
    const pods = selectPods(running, selector);
    const undo = holdUp((name) => {
      for (const pod of pods) running.processOf(pod.name).signal(name);
    });
    return {
      truth: workloadTruth(running, selector.workload, pods, 'pod', ['overload', 'slow service']),
      undo: async () => undo(),
    };
  },
};

/** One packet in twenty: most requests never notice, those that do wait 200 ms or more. */
const LOSS = '0.05';

export const zoneLoss: Fault = {
  summary: 'the nodes of one zone drop one packet in twenty of their pods',
  places: [...new Set(NODES.map(({ zone }) => zone))].sort().reverse(),
  async inject(running, place) {
    const nodes = NODES.filter(({ zone }) => zone === place);
    const rule = (action: '-I' | '-D'): Promise<unknown> =>
      Promise.all(nodes.map(({ name }) => drop(running, name, action)));
    await rule('-I');
    const alone = nodes.length === 1 ? [{ tag: 'node', value: nodes[0]!.name }] : [];
    return {
      truth: bothSides('zone', place, alone, ['network loss']),
      undo: () => rule('-D').then(() => undefined),
    };
  },
};

function drop(running: RunningCluster, node: string, action: '-I' | '-D'): Promise<string> {
  return runIn(nodeNetns(running.id, node), 'iptables', [
    ...['-w', '5', action, 'FORWARD', '-m', 'statistic', '--mode', 'random', '--probability', LOSS],
    ...['-j', 'DROP'],
  ]);
}

function aliasesOfNode(name: string): readonly { tag: string; value: string }[] {
  const zone = NODES.find((node) => node.name === name)!.zone;
  return NODES.filter((node) => node.zone === zone).length === 1 ? [{ tag: 'zone', value: zone }] : [];
}

/** A place that hits connections from it as well as to it: seen from an edge, either end may be the one inside. */
function bothSides(
  tag: string,
  value: string,
  same: readonly { tag: string; value: string }[],
  mechanisms: Truth['mechanisms'],
): Truth {
  const domains = [{ tag, value }, ...same].flatMap((each): (readonly DomainTag[])[] => [
    [{ side: 'server', ...each }],
    [{ side: 'client', ...each }],
  ]);
  return { origin: {}, domain: domains[0]!, aliases: [], alsoRight: domains.slice(1), mechanisms };
}
