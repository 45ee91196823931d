import type { Report } from '../../analysis/index.ts';
import type { Fact } from './finding.ts';
import { type NarrativeOptions, narrative } from './narrative.ts';
import { type Style, style, wrap } from './style.ts';

export interface TextOptions extends NarrativeOptions {
  /** Whether to use ANSI colours. */
  readonly color: boolean;
  /** Columns of the terminal; lines are broken to fit. */
  readonly width: number;
}

const INDENT = 3;
const LABEL = 11;
const MIN_WIDTH = 60;

/** The report for a terminal: the sentence to read aloud, the findings with their evidence, what was seen. */
export function toText(report: Report, options: TextOptions): string {
  const story = narrative(report, options);
  const paint = style(options.color);
  const width = Math.max(MIN_WIDTH, options.width);
  const verdict =
    report.verdict === 'anomalous' ? paint.bad : report.verdict === 'healthy' ? paint.good : paint.warn;
  const blocks = [
    story.warnings.map((warning) => wrap(`! ${warning}`, width).map(paint.warn).join('\n')).join('\n'),
    wrap(story.headline, width)
      .map((line) => paint.bold(verdict(line)))
      .join('\n'),
    ...story.findings.map((finding) => {
      const head = heading(
        `${String(finding.rank).padEnd(INDENT)}${finding.title}`,
        finding.explains,
        width,
        paint,
      );
      return [head, ...lay(finding.facts, width, paint)].join('\n');
    }),
    lay(story.notes, width, paint).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Title left, share right when both fit; else the share on a line of its own. */
function heading(title: string, explains: string, width: number, paint: Style): string {
  const gap = width - title.length - explains.length;
  if (gap >= 2) return `${paint.bold(title)}${' '.repeat(gap)}${explains}`;
  const lines = wrap(title, width).map((line, i) => paint.bold(i === 0 ? line : ' '.repeat(INDENT) + line));
  return [...lines, `${' '.repeat(INDENT)}${explains}`].join('\n');
}

/** Facts in columns: a label said once for a run of equal ones, heads of a run aligned, text wrapped under itself. */
function lay(facts: readonly Fact[], width: number, paint: Style): string[] {
  return facts.flatMap((fact, i) => {
    const label = facts[i - 1]?.label === fact.label ? '' : fact.label;
    const heads = facts.filter((other) => other.label === fact.label).map(({ head }) => head?.length ?? 0);
    const column = Math.min(Math.max(...heads), Math.floor(width * MAX_HEAD));
    const head = fact.head === null ? '' : `${fact.head.padEnd(column)}  `;
    const start = INDENT + LABEL + head.length;
    const lines = wrap(fact.text, Math.max(MIN_TEXT, width - start));
    return lines.map((line, row) =>
      row === 0
        ? `${' '.repeat(INDENT)}${paint.dim(label.padEnd(LABEL))}${head}${line}`
        : `${' '.repeat(start)}${line}`,
    );
  });
}

/** Share of a line the heads may take. */
const MAX_HEAD = 0.4;
const MIN_TEXT = 30;
