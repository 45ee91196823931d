import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { type Bins, timeOfBin } from './bins.ts';
import type { ObservedEvent, Sought } from './event.ts';
import { firstsOf } from './firsts.ts';
import { isAllOutside } from './outside.ts';
import { type EdgeTrack, sumRows } from './tracks.ts';
import { countWords, firstWords, nodeWords, trafficWords } from './words.ts';

/** A workload seen in fewer bins of the history than this has no habits yet. */
const ENOUGH_BINS = 2;

/** Workloads that talk to somebody outside the cluster and never did before. */
export function firstOutside(tracks: ReadonlyMap<string, EdgeTrack>, bins: Bins): Sought {
  const byClient = [...groupBy([...tracks.values()], ({ key }) => nodeId(key.client)).values()];
  const clients = byClient.flatMap((own) => {
    const outside = own.filter(({ key }) => isAllOutside(key.server));
    if (outside.length === 0 || isAllOutside(own[0]!.key.client)) return [];
    const known = past(own, bins);
    return known < ENOUGH_BINS ? [] : [{ client: own[0]!.key.client, outside, known, bins: binsOf(outside) }];
  });
  const { firsts, questions } = firstsOf(clients, bins, ({ known }) => known);
  const found = firsts.map((first): ObservedEvent => {
    const { client, outside } = first.item;
    const sums = sumRows(outside.flatMap(({ rows }) => rows));
    const ports = [...new Set(outside.map(({ key }) => key.port))].sort((a, b) => a - b);
    return {
      kind: 'first outside peer',
      subject: client,
      what: null,
      at: timeOfBin(bins, first.bin),
      counts: {
        ports: ports.length,
        connections: sums.opened,
        failed: sums.failed,
        requests: sums.requests,
        bytes: sums.bytes,
        binsActive: first.active,
        binsBefore: first.silent,
      },
      p: first.p,
      text:
        `${nodeWords(client)} talks to addresses outside the cluster for the first time ${firstWords(bins, first)}: ` +
        `${trafficWords(sums)}, ${countWords(sums.failed, 'failure')} to open, port ${ports.slice(0, 5).join(', ')}.`,
    };
  });
  return { kind: 'first outside peer', found, questions };
}

/** Bins of the history in which a workload did anything as a client. */
function past(own: readonly EdgeTrack[], bins: Bins): number {
  return binsOf(own).filter((bin) => bin < bins.past).length;
}

function binsOf(tracks: readonly EdgeTrack[]): number[] {
  return [...new Set(tracks.flatMap(({ bins }) => bins))].sort((a, b) => a - b);
}
