import type { SearchHit } from '../../../graph/index.ts';
import { nodeName } from '../../report/names.ts';
import { printable, style } from '../../report/style.ts';
import type { Call, ExitCode } from '../command.ts';
import { withReader } from '../reader.ts';

/** More hits than fit a screen help nobody: the text can be made longer. */
const MAX_HITS = 30;

/** `faultline search TEXT`: what is known under a name, and the workload to open for it. */
export async function run({ positionals, options, out }: Call): Promise<ExitCode> {
  const text = positionals[0]!;
  const hits = await withReader(options, ({ reader }) => reader.search(text, MAX_HITS));
  if (options.flag('json')) {
    const named = hits.map(({ workload, ...hit }) => ({
      ...hit,
      workload: workload === null ? null : nodeName(workload),
    }));
    out.print(`${JSON.stringify({ query: text, hits: named }, null, 2)}\n`);
    return 0;
  }
  if (hits.length === 0) {
    out.print(`Nothing recorded matches "${printable(text)}".\n`);
    return 0;
  }
  const kind = Math.max(...hits.map((hit) => hit.kind.length));
  const value = Math.max(...hits.map((hit) => hit.value.length));
  const paint = style(out.color);
  const line = (hit: SearchHit): string => {
    const where = hit.workload === null ? 'several workloads' : nodeName(hit.workload);
    const same = hit.workload !== null && where === hit.value;
    return `${paint.dim(hit.kind.padEnd(kind))}  ${printable(hit.value).padEnd(value)}  ${same ? '' : printable(where)}`;
  };
  out.print(`${hits.map((hit) => line(hit).trimEnd()).join('\n')}\n`);
  return 0;
}
