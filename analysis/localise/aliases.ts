import type { Change } from '../../enrich/index.ts';
import { groupBy } from '../group.ts';
import { DOMAIN_TAGS } from '../table.ts';
import { ALIAS_LINES, ALIAS_NATS, ALIAS_OVERLAP } from '../thresholds.ts';
import { type Candidate, overlap } from './candidate.ts';
import type { Cube } from './cube.ts';

/** Candidates that the data cannot tell apart, the one to speak of first. */
export interface AliasClass {
  readonly chosen: Candidate;
  readonly others: readonly Candidate[];
}

/** Signals of the network: what fails there is a zone rather than one of its nodes; elsewhere the node computes. */
const NETWORK: ReadonlySet<string> = new Set(['retransmits', 'rtt', 'connect time']);

/**
 * The class of the best candidate: as likely (within a ratio of 20) and the same traffic. Longer names for what has a
 * shorter one are left out. A change seen near the onset decides which is spoken of first: its tag values are the ones
 * somebody just touched.
 */
export function aliasClass(
  cube: Cube,
  best: Candidate,
  all: readonly Candidate[],
  changes: readonly Change[],
): AliasClass {
  if (best.length === 0) return { chosen: best, others: [] };
  const alike = all.filter(
    (other) =>
      other === best ||
      (other.length > 0 &&
        other.likelihood >= best.likelihood - ALIAS_NATS &&
        sameKind(other, best) &&
        overlap(cube, other, best) >= ALIAS_OVERLAP),
  );
  const shortest = Math.min(...alike.map(({ length }) => length));
  const ranked = alike
    .filter(({ length }) => length === shortest)
    .sort(
      (a, b) =>
        a.tags.length - b.tags.length ||
        rank(cube, a, changes) - rank(cube, b, changes) ||
        b.likelihood - a.likelihood,
    );
  // Several scopes give the same name.
  const [chosen, ...others] = [...groupBy(ranked, nameOf).values()].map(([first]) => first!);
  return { chosen: chosen!, others: others.slice(0, ALIAS_LINES) };
}

const nameOf = ({ tags, ends }: Candidate): string =>
  JSON.stringify([tags.filter(({ tag }) => tag !== 'workload'), ends]);

/** Whether a change names one of the tags; a version or pod is the one of the workload the change happened to. */
export function suggests(
  change: Change,
  { comparable, tags }: Pick<Candidate, 'comparable' | 'tags'>,
): boolean {
  if (!tags.some(({ tag, value }) => change.tags[tag] === value)) return false;
  if (comparable.kind === 'place') return true;
  if (change.namespace === '') return true;
  const subjects = [comparable.workload, ...(comparable.caller ? [comparable.caller] : [])];
  return subjects.some(
    ({ workload, namespace }) => change.namespace === namespace && change.subject.startsWith(workload),
  );
}

function sameKind(a: Candidate, b: Candidate): boolean {
  return (a.comparable.kind === 'place') === (b.comparable.kind === 'place');
}

function rank(cube: Cube, candidate: Candidate, changes: readonly Change[]): number {
  const { tags, ends } = candidate;
  const touched = changes.some((change) => suggests(change, candidate)) ? 0 : 1_000;
  const wide = NETWORK.has(cube.measure.name) ? ['zone', 'node'] : ['node', 'zone'];
  const order = DOMAIN_TAGS.map((tag) => (tag === 'node' ? wide[0] : tag === 'zone' ? wide[1] : tag));
  const preference = Math.max(...tags.map(({ tag }) => (order.indexOf(tag) + order.length) % order.length));
  const client = tags.every(({ side }) => side === 'client') ? 50 : 0;
  const range = { 'as said': 0, either: 20, border: 30 }[ends];
  return touched + client + range + preference + extent(cube, candidate);
}

/** Share of the leaves that have an end there: of two places with the same border, the smaller one is cut off. */
function extent({ leaves }: Cube, { tags }: Candidate): number {
  const touching = leaves.filter(({ client, server }) =>
    tags.some(({ tag, value }) => {
      const name = tag as keyof typeof client.tags;
      return client.tags[name] === value || server.tags[name] === value;
    }),
  );
  return touching.length / (leaves.length + 1);
}
