import type { Digest } from '../../analysis/index.ts';
import { marked } from '../report/markdown.ts';
import { type DigestOptions, digestStory } from './narrative.ts';

/** The night as Markdown, for a mail or a chat. */
export function digestMarkdown(digest: Digest, options: DigestOptions = {}): string {
  const { headline, incidents, notes } = digestStory(digest, options);
  return [
    `**${marked(headline)}**`,
    ...incidents.map(({ title, severity, services, details, more }, i) =>
      [
        `${i + 1}. **${marked(title)}** (${severity}${services === '' ? '' : `: ${marked(services)}`})`,
        `   ${marked(details)}`,
        `   \`${more.replaceAll('`', "'")}\``,
      ].join('  \n'),
    ),
    notes.map((note) => `- ${marked(note)}`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}
