import type { TraitActivity } from '../../graph/index.ts';
import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { type Bins, timeOfBin } from './bins.ts';
import type { EventKind, ObservedEvent, Sought } from './event.ts';
import { firstsOf } from './firsts.ts';
import { firstWords, nodeWords, trafficWords } from './words.ts';

const KINDS = {
  version: 'new version',
  image: 'new image',
  process: 'new process',
} as const satisfies Record<TraitActivity['tag'], EventKind>;

interface Track {
  readonly rows: readonly TraitActivity[];
  readonly bins: readonly number[];
  /** What holds it: the workload, for a process its container. */
  readonly holder: string;
}

/** Versions and images a workload, and processes a container that opens connections, show now and never did before. */
export function newTraits(traits: readonly TraitActivity[], bins: Bins): Sought[] {
  return (['version', 'image', 'process'] as const).map((tag) => {
    const own = traits.filter((trait) => trait.tag === tag);
    const holders = groupBy(own, holderOf);
    const known = new Map([...holders].map(([holder, rows]) => [holder, pastBins(rows, bins)]));
    const tracks = [...groupBy(own, (trait) => `${holderOf(trait)}\n${trait.value}`).values()].map(trackOf);
    // What holds it must have been there before: all of a new workload is new, and told by its edges.
    const judged = tracks.filter(({ holder }) => known.get(holder)! > 0);
    const { firsts, questions } = firstsOf(judged, bins, ({ holder }) => known.get(holder)!);
    const found = firsts.map((first): ObservedEvent => {
      const { rows, holder } = first.item;
      const { node, value, container } = rows[0]!;
      const before = valuesBefore(holders.get(holder)!, bins);
      const sums = {
        opened: rows.reduce((sum, row) => sum + row.opened, 0),
        requests: rows.reduce((sum, row) => sum + row.requests, 0),
      };
      const failed = rows.reduce((sum, row) => sum + row.failed, 0);
      const where = container === null ? nodeWords(node) : `${nodeWords(node)}, container ${container},`;
      const verb =
        tag === 'process' ? 'opens connections from a process not seen before' : `has the new ${tag}`;
      return {
        kind: KINDS[tag],
        subject: node,
        what: value,
        at: timeOfBin(bins, first.bin),
        counts: {
          connections: sums.opened,
          failed,
          requests: sums.requests,
          others: before.length,
          binsActive: first.active,
          binsBefore: first.silent,
        },
        p: first.p,
        text: `${where} ${verb}, ${value}, ${firstWords(bins, first)}: ${trafficWords(sums)}; before only ${listed(before)}.`,
      };
    });
    return { kind: KINDS[tag], found, questions };
  });
}

function holderOf({ node, tag, container }: TraitActivity): string {
  return tag === 'process' ? `${nodeId(node)}\n${container ?? ''}` : nodeId(node);
}

function trackOf(rows: readonly TraitActivity[]): Track {
  return { rows, holder: holderOf(rows[0]!), bins: [...new Set(rows.map(({ bin }) => bin))] };
}

function pastBins(rows: readonly TraitActivity[], { past }: Bins): number {
  return new Set(rows.filter(({ bin }) => bin < past).map(({ bin }) => bin)).size;
}

function valuesBefore(rows: readonly TraitActivity[], { past }: Bins): string[] {
  return [...new Set(rows.filter(({ bin }) => bin < past).map(({ value }) => value))];
}

const LISTED = 3;

function listed(values: readonly string[]): string {
  const more = values.length - LISTED;
  return `${values.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
