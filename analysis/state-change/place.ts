import type { Cause } from '../cause.ts';
import type { DomainTag } from '../finding.ts';
import { nodeId } from '../keys.ts';
import type { Cube } from '../localise/index.ts';
import { sum } from '../rule-out.ts';
import { PLACE_TAGS } from '../table.ts';
import { SHARE_FACTOR } from '../thresholds.ts';

const isPlace = (tag: string): boolean => (PLACE_TAGS as readonly string[]).includes(tag);

/** The stretch of network behind a cause of the network, with what was counted each way; `null` for other causes. */
export function networkPath({ located, mechanism }: Cause): string | null {
  if (mechanism !== 'network loss' && mechanism !== 'network latency') return null;
  const { cube, candidate } = located;
  const places = candidate.tags.filter(({ tag }) => isPlace(tag));
  if (places.length === 0 || places.length < candidate.tags.length) return null;
  if (candidate.ends === 'border') return `between ${phrase(places)} and the rest, both directions`;
  if (candidate.ends === 'either')
    return `${places.length > 1 ? 'between' : 'of'} ${phrase(places)}, both directions`;
  const back = members(
    cube,
    places.map(({ side, tag, value }) => ({ side: side === 'client' ? 'server' : 'client', tag, value })),
  );
  const [there, returned] = [sum(cube, candidate.members), sum(cube, back)];
  const name = `${phrase(places)}: ${counted(cube, there)}`;
  if (returned.total === 0) return `${name}, nothing goes the other way`;
  const raised = returned.bad / returned.total >= (SHARE_FACTOR * returned.expected) / returned.total;
  return `${name}, the other way ${raised ? 'too' : 'not'} (${counted(cube, returned)})`;
}

/** The node all of which is hit; `null` when the domain is no node, or a cause of the network. */
export function wholeNode({ located }: Cause): string | null {
  const { cube, candidate } = located;
  const [only] = candidate.tags;
  if (candidate.tags.length !== 1 || only!.tag !== 'node' || candidate.comparable.kind !== 'place')
    return null;
  const hit = candidate.members.filter((i) => cube.bad[i]! > SHARE_FACTOR * cube.expected[i]!);
  const workloads = new Set(hit.map((i) => nodeId(cube.leaves[i]!.edge[only!.side])));
  return `${workloads.size} workloads on node ${only!.value} at once`;
}

function members({ leaves, total }: Cube, tags: readonly DomainTag[]): number[] {
  const found: number[] = [];
  for (let i = 0; i < leaves.length; i++) {
    const all = tags.every(({ side, tag, value }) => leaves[i]![side].tags[tag as 'node'] === value);
    if (all && total[i]! > 0) found.push(i);
  }
  return found;
}

function phrase(places: readonly DomainTag[]): string {
  const one = (side: string): string[] =>
    places.filter((of) => of.side === side).map(({ tag, value }) => `${tag} ${value}`);
  const [from, to] = [one('client'), one('server')];
  return [...from, ...to].length === 1 ? [...from, ...to][0]! : `${from.join(' ')} → ${to.join(' ')}`;
}

function counted(
  { measure }: Cube,
  { raw, total }: { readonly raw: number; readonly total: number },
): string {
  return `${raw.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${measure.adjective}`;
}
