import { nodeId } from '../keys.ts';
import { type Bins, timeOfBin } from './bins.ts';
import type { ObservedEvent, Sought } from './event.ts';
import { firstsOf } from './firsts.ts';
import { isAllOutside } from './outside.ts';
import { type EdgeTrack, sumRows } from './tracks.ts';
import { edgeWords, firstWords, trafficWords } from './words.ts';

/**
 * Edges that carry something now and never did before.
 *
 * @param toldElsewhere workloads whose edges to the outside are told as their first ones
 */
export function newEdges(
  tracks: ReadonlyMap<string, EdgeTrack>,
  bins: Bins,
  toldElsewhere: ReadonlySet<string>,
): Sought {
  const carrying = [...tracks.values()].filter(({ rows }) =>
    rows.some(({ opened, requests }) => opened + requests > 0),
  );
  const { firsts, questions } = firstsOf(carrying, bins);
  const found = firsts
    .filter(({ item: { key } }) => !isAllOutside(key.server) || !toldElsewhere.has(nodeId(key.client)))
    .map((first): ObservedEvent => {
      const { key, rows } = first.item;
      const sums = sumRows(rows);
      return {
        kind: 'new edge',
        subject: key,
        what: null,
        at: timeOfBin(bins, first.bin),
        counts: {
          connections: sums.opened,
          failed: sums.failed,
          requests: sums.requests,
          bytes: sums.bytes,
          binsActive: first.active,
          binsSince: first.since,
          binsBefore: first.silent,
        },
        p: first.p,
        text: `${edgeWords(key)} is new ${firstWords(bins, first)}: ${trafficWords(sums)}.`,
      };
    });
  return { kind: 'new edge', found, questions };
}
