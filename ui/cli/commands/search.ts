import { list } from '../../report/format.ts';
import { printable, style } from '../../report/style.ts';
import { answersFrom } from '../../server/answers.ts';
import { searchAnswer } from '../../server/routes/search.ts';
import type { Call, ExitCode } from '../command.ts';
import { withReader } from '../reader.ts';

/** More hits than fit a screen help nobody: the text can be made longer. */
const MAX_HITS = 30;

/** `faultline search TEXT`: what is known under a name, and the workload to open for it. */
export async function run({ positionals, options, out }: Call): Promise<ExitCode> {
  const answer = await withReader(options, ({ reader }) =>
    searchAnswer(answersFrom({ reader, live: false, version: '' }), { q: positionals[0]!, limit: MAX_HITS }),
  );
  if (options.flag('json')) {
    out.print(`${JSON.stringify(answer, null, 2)}\n`);
    return 0;
  }
  const { hits, nearest } = answer;
  if (hits.length === 0) {
    const near = nearest.length === 0 ? '' : ` The nearest: ${printable(list(nearest))}.`;
    out.print(`Nothing recorded matches "${printable(answer.query)}".${near}\n`);
    return 0;
  }
  const kind = Math.max(...hits.map((hit) => hit.kind.length));
  const value = Math.max(...hits.map((hit) => hit.value.length));
  const paint = style(out.color);
  const lines = hits.map((hit) => {
    const name = printable(hit.value).padEnd(value);
    return `${paint.dim(hit.kind.padEnd(kind))}  ${name}  ${printable(hit.service ?? 'several workloads')}`;
  });
  out.print(`${lines.join('\n')}\n`);
  return 0;
}
