import type { DomainTag } from '../../../analysis/index.ts';
import { startDelay } from '../delay/delay.ts';
import { readyPods } from '../model.ts';
import { nodeNetns, VXLAN_PORT } from '../network.ts';
import { NAMESPACE, NODES, nodeNamed, underlayIp } from '../plan.ts';
import { runIn } from '../shell.ts';
import type { Fault } from './fault.ts';

/** One way; a round trip between the nodes takes this much longer than the tenths of a millisecond it usually takes. */
const DELAY_MILLIS = 25;

/** Packets of pods between two nodes are late; `A-B` names the sending and the receiving node. */
export const nodeDelay: Fault = {
  summary: 'packets from one node to another arrive 25 ms late',
  places: ['n2-n3', 'n3-n2', 'n1-n2'],
  async inject(running, place) {
    const [from = '', to = ''] = place.split('-');
    const line = await startDelay(running, from, to, DELAY_MILLIS);
    const [domain, ...aliases] = [...between(from, to), ...between(to, from)];
    return {
      truth: {
        origin: {},
        domain: domain!,
        aliases: [],
        alsoRight: aliases,
        mechanisms: ['network latency'],
      },
      undo: () => line.stop(),
    };
  },
};

/** One packet in ten, each way. */
const LOSS = '0.1';

/** A bad cable or a full switch port: both nodes are well with everybody else. */
export const pathLoss: Fault = {
  summary: 'one packet in ten between two nodes is lost, either way',
  places: ['n1-n2', 'n2-n3'],
  async inject(running, place) {
    const [a = '', b = ''] = place.split('-');
    const rule = (action: '-A' | '-D', from: string, to: string): Promise<unknown> =>
      runIn(nodeNetns(running.id, from), 'iptables', [
        ...['-w', '5', action, 'OUTPUT', '-p', 'udp', '-d', underlayIp(nodeNamed(to))],
        ...['--dport', String(VXLAN_PORT), '-m', 'statistic', '--mode', 'random'],
        ...['--probability', LOSS, '-j', 'DROP'],
      ]);
    const both = (action: '-A' | '-D'): Promise<unknown> =>
      Promise.all([rule(action, a, b), rule(action, b, a)]);
    await both('-A');
    const [domain, ...others] = [...between(a, b), ...between(b, a)];
    return {
      truth: {
        origin: {},
        domain: domain!,
        aliases: [],
        alsoRight: others,
        mechanisms: ['network loss'],
      },
      undo: () => both('-D').then(() => undefined),
    };
  },
};

/** A network policy gone wrong: the server takes connections from all its other clients. */
export const blockedPair: Fault = {
  summary: 'SYNs of one client workload to one server workload are dropped',
  places: ['frontend-shipping', 'checkout-currency'],
  async inject(running, place) {
    const [client = '', server = ''] = place.split('-');
    const { port } = running.workload(server).plan;
    const pairs = readyPods(running.cluster, client).flatMap((from) =>
      readyPods(running.cluster, server).map((to) => ({ from, to })),
    );
    const rule = async (action: '-I' | '-D'): Promise<void> => {
      for (const { from, to } of pairs) {
        await runIn(nodeNetns(running.id, to.node), 'iptables', [
          ...['-w', '5', action, 'FORWARD', '-p', 'tcp', '--syn', '-s', from.ip, '-d', to.ip],
          ...['--dport', String(port), '-j', 'DROP'],
        ]);
      }
    };
    await rule('-I');
    return {
      truth: {
        origin: {
          client: { namespace: NAMESPACE, workload: client },
          server: { namespace: NAMESPACE, workload: server },
          ...(port === null ? {} : { port }),
        },
        domain: [],
        aliases: [],
        alsoRight: [[{ side: 'client', tag: 'workload', value: client }]],
        mechanisms: ['unreachable'],
      },
      undo: () => rule('-D'),
    };
  },
};

/**
 * The path as a finding may name it: a round trip is late whichever end opened the connection. A node that is alone in
 * its zone may stand under the zone's name.
 */
function between(client: string, server: string): readonly (readonly DomainTag[])[] {
  return namesOf(client).flatMap((one) =>
    namesOf(server).map((other): readonly DomainTag[] => [
      { side: 'client', ...one },
      { side: 'server', ...other },
    ]),
  );
}

function namesOf(name: string): readonly { tag: string; value: string }[] {
  const zone = NODES.find((node) => node.name === name)!.zone;
  const alone = NODES.filter((node) => node.zone === zone).length === 1;
  return [{ tag: 'node', value: name }, ...(alone ? [{ tag: 'zone', value: zone }] : [])];
}
