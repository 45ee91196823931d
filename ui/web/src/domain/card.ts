import { CARD } from './layout/index.ts';
import { STATUS_PATH, type Status } from './status.ts';
import { CARD_CHARACTERS, ellipsis } from './text.ts';

export interface CardColours {
  readonly text: string;
  readonly muted: string;
  readonly status: Readonly<Record<Status, string>>;
}

/** The face of a workload's card as an image: status shape, short name, namespace below. */
export function cardImage(
  { namespace, workload, status }: { namespace: string; workload: string; status: Status },
  colours: CardColours,
): string {
  const below = namespace === '' ? 'outside the cluster' : ellipsis(namespace, CARD_CHARACTERS + 3);
  const hollow = status === 'unknown' || status === 'ok';
  const colour = colours.status[status];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD.width}" height="${CARD.height}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">
<path d="${STATUS_PATH[status]}" transform="translate(9 ${CARD.height / 2 - 8})" fill="${hollow ? 'none' : colour}" stroke="${colour}" stroke-width="1.8" stroke-linejoin="round"/>
<svg x="31" width="${CARD.width - 35}" height="${CARD.height}"><text y="${CARD.height / 2 - 3}" font-size="13" font-weight="600" fill="${colours.text}">${escaped(ellipsis(workload, CARD_CHARACTERS))}</text>
<text y="${CARD.height / 2 + 13}" font-size="11" fill="${colours.muted}">${escaped(below)}</text></svg></svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
