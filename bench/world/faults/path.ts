import type { DomainTag } from '../../../analysis/index.ts';
import { startDelay } from '../delay/delay.ts';
import { NODES } from '../plan.ts';
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
