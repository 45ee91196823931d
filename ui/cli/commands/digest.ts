import { digest, selfTest } from '../../../analysis/index.ts';
import { FaultlineError } from '../../../probe/index.ts';
import { digestJson, digestMarkdown, digestText } from '../../digest/index.ts';
import type { Call, ExitCode } from '../command.ts';
import { parseNight } from '../night.ts';
import { DEFAULT_STORE, withReader } from '../reader.ts';

/** `faultline digest`: the night in one screen. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  if (options.flag('json') && options.flag('markdown')) {
    throw new FaultlineError('FL-606', '--json and --markdown exclude each other.', 'Choose one of them.');
  }
  const text = await withReader(options, async ({ reader, range, path }) => {
    const night = parseNight(options, range);
    const found = await digest(reader, night);
    // The period was checked against the records, which only grow.
    if (found === null)
      throw new FaultlineError('FL-511', `${path} holds nothing of this night`, 'Ask for another.');
    const tested = options.flag('no-self-test') ? [] : await selfTest(reader, night);
    const store = path === DEFAULT_STORE ? {} : { store: path };
    if (options.flag('json')) return `${JSON.stringify(digestJson(found, tested), null, 2)}\n`;
    if (options.flag('markdown')) return digestMarkdown(found, { ...store, selfTest: tested });
    return digestText(found, { color: out.color, width: out.width, selfTest: tested, ...store });
  });
  out.print(text);
  return 0;
}
