import type { RunningCluster } from '../running.ts';
import type { Behaviour } from '../service/protocol.ts';
import type { Fault, Truth } from './fault.ts';
import { parseSelector, selectPods, workloadTruth } from './select.ts';

/** High enough to matter, low enough that most journeys still end well. */
const ERRORS: Partial<Behaviour> = { errorRate: 0.35 };
const HEALTHY_ERRORS: Partial<Behaviour> = { errorRate: 0 };
/** Some twenty times the usual service time. */
const SLOW: Partial<Behaviour> = { extraMillis: 60 };
const HEALTHY_SLOW: Partial<Behaviour> = { extraMillis: 0 };

/** Often enough to be seen, seldom enough that the service is still of use. */
const RESETS: Partial<Behaviour> = { resetRate: 0.2 };
const HEALTHY_RESETS: Partial<Behaviour> = { resetRate: 0 };

/** Pods that misbehave: those a selector names, told apart by one tag if they are not all of their workload. */
function badPods(
  summary: string,
  places: readonly string[],
  tag: string,
  mechanisms: Truth['mechanisms'],
  bad: Partial<Behaviour>,
  good: Partial<Behaviour>,
): Fault {
  return {
    summary,
    places,
    async inject(running, place) {
      const selector = parseSelector(place);
      const pods = selectPods(running, selector);
      const behave = (behaviour: Partial<Behaviour>): Promise<unknown> =>
        Promise.all(pods.map((pod) => askIfThere(running, pod.name, behaviour)));
      const truth = workloadTruth(running, selector.workload, pods, tag, mechanisms);
      await behave(bad);
      return { truth, undo: () => behave(good).then(() => undefined) };
    },
  };
}

export const badVersion = badPods(
  'one of two versions answers a third of its requests with 500',
  ['payment:v2.0', 'productcatalog:v3.2'],
  'version',
  ['errors'],
  ERRORS,
  HEALTHY_ERRORS,
);

export const slowVersion = badPods(
  'one of two versions takes 60 ms longer',
  ['productcatalog:v3.2', 'payment:v2.0'],
  'version',
  ['slow service'],
  SLOW,
  HEALTHY_SLOW,
);

export const badInstance = badPods(
  'one pod among its like answers a third of its requests with 500',
  ['payment:v1.9@n1', 'productcatalog:v3.1@n1'],
  'pod',
  ['errors'],
  ERRORS,
  HEALTHY_ERRORS,
);

export const slowInstance = badPods(
  'one pod among its like takes 60 ms longer',
  ['productcatalog:v3.2@n1', 'payment:v2.0@n1'],
  'pod',
  ['slow service'],
  SLOW,
  HEALTHY_SLOW,
);

export const resets = badPods(
  'a service breaks one connection in five off instead of answering',
  ['payment:v1.9', 'shipping'],
  'version',
  ['resets'],
  RESETS,
  HEALTHY_RESETS,
);

/** A pod that has left meanwhile has nothing to mend. */
export async function askIfThere(
  running: RunningCluster,
  pod: string,
  behaviour: Partial<Behaviour>,
): Promise<void> {
  const process = running.processes.find((each) => each.pod.name === pod);
  await process?.ask({ type: 'behave', behaviour });
}
