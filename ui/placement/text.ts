import type { BlindSpot, BlindSpots, PlacedTag } from '../../analysis/index.ts';
import { count, counted, list, rate } from '../report/format.ts';
import { nodeName } from '../report/names.ts';
import { printable, style, wrap } from '../report/style.ts';

/** Blind spots printed; the JSON has them all. */
const SHOWN = 20;
const INDENT = 3;

/** What today's placement cannot tell apart, and the cheapest move that would, for a terminal. */
export function placementText(
  found: BlindSpots,
  options: { readonly color: boolean; readonly width: number },
): string {
  const paint = style(options.color);
  const { spots } = found;
  const lay = (text: string, indent: number): string =>
    wrap(printable(text), options.width - indent)
      .map((line, i) => (i === 0 && indent > 0 ? line : `${i === 0 ? '' : ' '.repeat(indent)}${line}`))
      .join('\n');
  const blocks = spots.slice(0, SHOWN).map((spot, i) => {
    const number = String(i + 1).padEnd(INDENT);
    const lines = [
      `${number}${paint.bold(lay(spotText(spot), INDENT))}`,
      `${' '.repeat(INDENT)}${lay(moveText(spot), INDENT)}`,
    ];
    return lines.join('\n');
  });
  const rest = spots.length - blocks.length;
  const notes = [
    ...(rest > 0 ? [`and ${counted(rest, 'blind spot')} more with less traffic (--json has them all)`] : []),
    ...found.narrowZones.map(
      ({ zone, node }) =>
        `zone ${zone} is node ${node} alone: no move of pods tells the two apart, another node there would`,
    ),
  ];
  return `${[lay(headline(found), 0), ...(blocks.length > 0 ? [blocks.join('\n')] : []), ...notes.map((note) => lay(note, 0))].join('\n\n')}\n`;
}

function headline({ workloads, clear, pods, spots }: BlindSpots): string {
  if (workloads === 0) return 'No pod is known: nothing can be said about where they run.';
  const of = `${counted(pods, 'pod')} of ${counted(workloads, 'workload')}`;
  if (spots.length === 0) return `${of}: this placement tells every version, node and zone apart.`;
  return `${of}: ${counted(spots.length, 'blind spot')} on ${count(workloads - clear)} of them. If one of these breaks, the data cannot say which:`;
}

/** `shipping: version v9.0 and zone eu-1b are the same 2 pods (12 requests/s)` */
export function spotText({ workload, kind, tags, pods, perSecond }: BlindSpot): string {
  const stake = perSecond === null ? '' : ` (${rate(perSecond)} requests/s)`;
  const names = list(tags.map(tagText));
  const who = nodeName(workload);
  switch (kind) {
    case 'tags':
      return `${who}: ${names} are the same ${counted(pods.length, 'pod')}${stake}`;
    case 'alone':
      return `${who}: one pod, so ${names} are one${stake}`;
    case 'together':
      return `${who}: all ${count(pods.length)} pods are in ${names}, and nobody else is there${stake}`;
  }
}

function tagText({ tag, value }: PlacedTag): string {
  return `${tag} ${value}`;
}

/** `move shipping-7d to node n1 (zone eu-1a)` */
export function moveText({ move, kind }: BlindSpot): string {
  if (move === null) {
    return kind === 'alone'
      ? 'no other node is known to put a second pod on'
      : 'no placement on the nodes that are known would tell them apart';
  }
  const { action, pod, version, to, zone, left } = move;
  const place = `node ${to}${zone === null ? '' : ` (zone ${zone})`}`;
  const what =
    action === 'move'
      ? `move ${pod} to ${place}`
      : `one more pod${version === null ? '' : ` of ${version}`} on ${place}`;
  return `cheapest: ${what}${left === 0 ? '' : `, ${counted(left, 'blind spot')} of it left`}`;
}
