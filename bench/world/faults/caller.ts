import type { DomainTag } from '../../../analysis/index.ts';
import { type Pod, readyPods } from '../model.ts';
import { NAMESPACE, NODES, podCidr } from '../plan.ts';
import { askIfThere } from './behaviour.ts';
import type { Fault } from './fault.ts';
import { domainsOf, parseSelector, selectPods } from './select.ts';

/** High enough to matter, low enough that most journeys still end well. */
const SHARE = 0.35;

const onClient = (domain: readonly DomainTag[]): readonly DomainTag[] =>
  domain.map((tag) => ({ ...tag, side: 'client' as const }));

/** The callee answers with errors, and is not to blame: only one version of its callers gets them. */
export const badCaller: Fault = {
  summary: 'one version of a client sends requests no server can make sense of',
  places: ['recommendation:v1.5>productcatalog', 'cart:v1.0>redis-cart'],
  async inject(running, place) {
    const [caller = '', callee = ''] = place.split('>');
    const selector = parseSelector(caller);
    const pods = selectPods(running, selector);
    const behave = (malformedRate: number): Promise<unknown> =>
      Promise.all(pods.map(({ name }) => askIfThere(running, name, { malformedRate })));
    await behave(SHARE);
    const domains = domainsOf(pods, readyPods(running.cluster, selector.workload)).map(onClient);
    const meant = domains.find(([first]) => first?.tag === 'version') ?? [];
    return {
      truth: {
        origin: {
          client: { namespace: NAMESPACE, workload: selector.workload },
          server: { namespace: NAMESPACE, workload: callee },
        },
        domain: meant,
        aliases: domains.filter((domain) => domain !== meant),
        alsoRight: [],
        mechanisms: ['errors'],
      },
      undo: () => behave(0).then(() => undefined),
    };
  },
};

/** Tags of one side that tell these pods from all others that are there. */
function tellingApart(side: DomainTag['side'], some: readonly Pod[], all: readonly Pod[]): DomainTag[] {
  return domainsOf(some, all).flatMap((domain) => domain.map((tag) => ({ ...tag, side })));
}

/** Neither the version nor the place is bad by itself: other clients get good answers from it, and these from others. */
export const badPairing: Fault = {
  summary: 'one version fails for the clients of one zone only',
  places: ['productcatalog:v3.2<eu-1a', 'payment:v2.0<eu-1a'],
  async inject(running, place) {
    const [server = '', zone = ''] = place.split('<');
    const selector = parseSelector(server);
    const pods = selectPods(running, selector);
    const node = NODES.find((each) => each.zone === zone)!;
    const errorsTo = podCidr(node).replace(/0\/24$/, '');
    const behave = (errorRate: number): Promise<unknown> =>
      Promise.all(pods.map(({ name }) => askIfThere(running, name, { errorRate, errorsTo })));
    await behave(SHARE);
    const callers = running.cluster.workloads.filter(({ plan }) => plan.calls.includes(selector.workload));
    const clients = callers.flatMap(({ plan }) => readyPods(running.cluster, plan.name));
    const clientTags = tellingApart(
      'client',
      clients.filter((pod) => pod.zone === zone),
      clients,
    );
    const serverTags = tellingApart('server', pods, readyPods(running.cluster, selector.workload));
    const pairs = clientTags.flatMap((one) => serverTags.map((other): readonly DomainTag[] => [one, other]));
    const { port } = running.workload(selector.workload).plan;
    return {
      truth: {
        origin: {
          server: { namespace: NAMESPACE, workload: selector.workload },
          ...(port === null ? {} : { port }),
        },
        domain: pairs[0]!,
        aliases: [],
        // Any name of the two halves is as good as another: what selects the same requests cannot be told apart.
        alsoRight: pairs.slice(1),
        mechanisms: ['errors'],
      },
      undo: () => behave(0).then(() => undefined),
    };
  },
};
