import { CARD } from './layout/index.ts';
import { STATUS_PATH, type Status } from './status.ts';
import { fitted } from './text.ts';

export interface CardColours {
  readonly text: string;
  readonly muted: string;
  readonly status: Readonly<Record<Status, string>>;
}

/** Width of a text in pixels, in a CSS font. */
export type Measure = (text: string, font: string) => number;

const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const ROOM = CARD.width - 38;

/** The face of a workload's card as an image: status shape, short name, namespace below. */
export function cardImage(
  { namespace, workload, status }: { namespace: string; workload: string; status: Status },
  colours: CardColours,
  measure: Measure,
): string {
  const shown = (text: string, font: string): string =>
    escaped(fitted(text, (part) => measure(part, `${font} ${FAMILY}`) <= ROOM));
  const below = namespace === '' ? 'outside the cluster' : namespace;
  const hollow = status === 'unknown' || status === 'ok';
  const colour = colours.status[status];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD.width}" height="${CARD.height}" font-family="${FAMILY}">
<path d="${STATUS_PATH[status]}" transform="translate(9 ${CARD.height / 2 - 8})" fill="${hollow ? 'none' : colour}" stroke="${colour}" stroke-width="1.8" stroke-linejoin="round"/>
<svg x="31" width="${ROOM + 3}" height="${CARD.height}"><text y="${CARD.height / 2 - 3}" font-size="13" font-weight="600" fill="${colours.text}">${shown(workload, '600 13px')}</text>
<text y="${CARD.height / 2 + 13}" font-size="11" fill="${colours.muted}">${shown(below, '11px')}</text></svg></svg>`;
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
