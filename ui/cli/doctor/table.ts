import { printable, type Style, wrap } from '../../report/style.ts';
import type { Check, Section } from './checks.ts';

const MARKS = { on: '✓ on', fallback: '▲ fallback', off: '✗ off' } as const;
const STATE = 'STATE';
const HOW = 'DONE BY, OR WHY NOT AND WHAT IS LOST';
const STATE_WIDTH = Math.max(...Object.values(MARKS).map((mark) => mark.length));
const GAP = '  ';
/** The names of the features take no more than this share of a line: what is lost needs the room. */
const NAME_SHARE = 0.36;
const MIN_DETAIL = 24;

/** The features in three columns that fit into `width`: name, state, what does it or what is lost. */
export function table(sections: readonly Section[], width: number, paint: Style): string {
  const longest = Math.max(...sections.flatMap(({ checks }) => checks.map(({ name }) => name.length)));
  const name = Math.min(longest, Math.floor(width * NAME_SHARE));
  const detail = Math.max(MIN_DETAIL, width - name - STATE_WIDTH - 2 * GAP.length);
  return sections
    .map(({ title, checks }) => {
      const head = [title.toUpperCase().padEnd(name), STATE.padEnd(STATE_WIDTH), HOW].join(GAP);
      const rows = checks.map((check) => row(check, name, detail, paint));
      return `${paint.dim(head.slice(0, width))}\n${rows.join('')}`;
    })
    .join('\n');
}

function row(check: Check, nameWidth: number, detailWidth: number, paint: Style): string {
  const colour = { on: paint.good, fallback: paint.warn, off: paint.bad }[check.state];
  const names = wrap(printable(check.name), nameWidth);
  const details = detailsOf(check).flatMap((text) => wrap(printable(text), detailWidth));
  const lines = Array.from({ length: Math.max(names.length, details.length, 1) }, (_, at) => {
    const state = at === 0 ? MARKS[check.state] : '';
    const cells = [(names[at] ?? '').padEnd(nameWidth), state.padEnd(STATE_WIDTH), details[at] ?? ''];
    const text = cells.join(GAP).trimEnd();
    return at === 0 ? text.replace(state, colour(state)) : text;
  });
  return `${lines.join('\n')}\n`;
}

function detailsOf({ state, by, reason, lost, advice }: Check): string[] {
  const why = reason === '' ? '' : sentence(reason);
  const missing = state === 'on' || lost === '' ? '' : sentence(`lost: ${lost}`);
  return [by ?? '', why, missing, advice].filter((text) => text !== '');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}
