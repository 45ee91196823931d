import { stat } from 'node:fs/promises';
import { bytes, clock, span } from '../../report/format.ts';
import type { Call, ExitCode } from '../command.ts';
import { parsePeriod } from '../period.ts';
import { withReader } from '../reader.ts';

/** `faultline capture FILE`: everything needed to look at a period elsewhere. */
export async function run({ positionals, options, out }: Call): Promise<ExitCode> {
  const file = positionals[0]!;
  const period = await withReader(options, async ({ capture, range }) => {
    const asked = parsePeriod(options, range);
    const inside = { from: Math.max(asked.from, range.from), to: Math.min(asked.to, range.to) };
    await capture(file, inside);
    return inside;
  });
  const { size } = await stat(file);
  const [from, to] = [period.from, period.to].map((micros) => new Date(micros / 1000).toISOString());
  if (options.flag('json')) {
    out.print(`${JSON.stringify({ file, from, to, bytes: size }, null, 2)}\n`);
  } else {
    const time = `${clock(period.from, period.to)} to ${clock(period.to)} UTC (${span(period.to - period.from)})`;
    out.print(`${file}: ${time}, ${bytes(size)}. Open it with faultline replay ${file}.\n`);
  }
  return 0;
}
