import type { Report } from '../../analysis/index.ts';
import type { Fact } from './finding.ts';
import { iso } from './format.ts';
import { nodeName } from './names.ts';
import { type NarrativeOptions, narrative } from './narrative.ts';

/** The report as a Markdown document for a ticket or a chat. */
export function toMarkdown(report: Report, options: NarrativeOptions = {}): string {
  const story = narrative(report, options);
  const { period, baseline } = report;
  return [
    `# ${marked(nodeName(report.service))}: ${report.verdict}`,
    ...story.warnings.map((warning) => `> ${marked(warning)}`),
    `**${marked(story.headline)}**`,
    ...story.findings.map((finding) =>
      [`## ${finding.rank}. ${marked(finding.title)}`, `${finding.explains}.`, table(finding.facts)].join(
        '\n\n',
      ),
    ),
    story.notes
      .map(({ label, text }) => `- ${label}: ${label === 'rows' ? code(text) : marked(text)}`)
      .join('\n'),
    `Period ${iso(period.from)} to ${iso(period.to)}, compared with ${iso(baseline.from)} to ${iso(baseline.to)}.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function table(facts: readonly Fact[]): string {
  const rows = facts.map(
    ({ label, head, text }) => `| ${label} | ${head === null ? '' : `${marked(head)}: `}${marked(text)} |`,
  );
  return ['| | |', '|---|---|', ...rows].join('\n');
}

/** Names come from outside: they must not become markup, table borders or HTML. */
export function marked(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_[\]<>|#]/g, (character) => (character === '<' ? '&lt;' : `\\${character}`));
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}
