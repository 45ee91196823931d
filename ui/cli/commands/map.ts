import { FaultlineError } from '../../../probe/index.ts';
import { nodeName } from '../../report/names.ts';
import { style } from '../../report/style.ts';
import type { Call, ExitCode } from '../command.ts';
import { type MapQuestion, mapDocument } from '../map/document.ts';
import { mapMermaid } from '../map/mermaid.ts';
import { mapText } from '../map/text.ts';
import { parseMoment } from '../period.ts';
import { withReader } from '../reader.ts';
import { resolveService } from '../service.ts';

/** `faultline map SERVICE`: the neighbourhood as text, JSON or Mermaid. */
export async function run({ positionals, options, out }: Call): Promise<ExitCode> {
  if (options.flag('json') && options.flag('mermaid')) {
    throw new FaultlineError('FL-606', '--json and --mermaid exclude each other.', 'Choose one of them.');
  }
  const map = await withReader(options, async ({ reader, range }) => {
    return mapDocument(reader, {
      service: nodeName(await resolveService(reader, positionals[0]!)),
      hops: Number(options.text('hops') ?? 2),
      direction: (options.text('direction') ?? 'both') as MapQuestion['direction'],
      at: parseMoment(options, range),
    });
  });
  if (options.flag('json')) out.print(`${JSON.stringify(map, null, 2)}\n`);
  else out.print(options.flag('mermaid') ? mapMermaid(map) : mapText(map, style(out.color)));
  return 0;
}
