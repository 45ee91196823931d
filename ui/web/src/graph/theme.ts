import type { CardColours } from '../domain/card.ts';
import type { Status } from '../domain/status.ts';

export interface Theme extends CardColours {
  readonly surface: string;
  readonly border: string;
  readonly accent: string;
  readonly edge: Readonly<Record<Status, string>>;
}

/** The colours of the style sheet, so that the canvas follows light and dark like everything else. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const statuses = (prefix: string): Record<Status, string> => ({
    ok: colour(`${prefix}ok`),
    warn: colour(`${prefix}warn`),
    bad: colour(`${prefix}bad`),
    unknown: colour(`${prefix}unknown`),
  });
  return {
    text: colour('text'),
    muted: colour('muted'),
    surface: colour('card'),
    border: colour('line-strong'),
    accent: colour('accent'),
    status: statuses(''),
    edge: { ...statuses(''), ok: colour('edge-ok') },
  };
}
