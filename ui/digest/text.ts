import type { Digest } from '../../analysis/index.ts';
import { style, wrap } from '../report/style.ts';
import { type DigestOptions, digestStory } from './narrative.ts';

export interface DigestTextOptions extends DigestOptions {
  readonly color: boolean;
  readonly width: number;
}

const INDENT = 3;
const MIN_WIDTH = 60;
const SEVERITY_WIDTH = 8;

/** The night for a terminal: one screen, worst first; a quiet night is one line and what could be seen. */
export function digestText(digest: Digest, options: DigestTextOptions): string {
  const { headline, incidents, notes } = digestStory(digest, options);
  const paint = style(options.color);
  const width = Math.max(MIN_WIDTH, options.width);
  if (digest.quiet) return `${wrap(`${headline} · ${notes.join(' · ')}`, width).join('\n')}\n`;
  const colours = { high: paint.bad, medium: paint.warn, low: paint.dim };
  const blocks = incidents.map((incident, i) => {
    const number = String(i + 1).padEnd(INDENT);
    const severity = incident.severity as keyof typeof colours;
    const right = `${severity.padEnd(SEVERITY_WIDTH)}${incident.services}`.trimEnd();
    const gap = width - INDENT - incident.title.length - right.length;
    const shown = right.replace(severity, colours[severity](severity));
    const head =
      gap >= 2
        ? [`${number}${paint.bold(incident.title)}${' '.repeat(gap)}${shown}`]
        : [
            ...wrap(incident.title, width - INDENT).map(
              (line, row) => `${row === 0 ? number : ' '.repeat(INDENT)}${paint.bold(line)}`,
            ),
            `${' '.repeat(INDENT)}${shown}`,
          ];
    const below = [...wrap(incident.details, width - INDENT), paint.dim(incident.more)];
    return [...head, ...below.map((line) => ' '.repeat(INDENT) + line)].join('\n');
  });
  return `${[paint.bold(headline), blocks.join('\n'), notes.flatMap((note) => wrap(note, width)).join('\n')].join('\n\n')}\n`;
}
