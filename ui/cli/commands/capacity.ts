import { type Capacity, type CapacityItem, capacityOf } from '../../../analysis/index.ts';
import { count, span } from '../../report/format.ts';
import { capacityJson } from '../../report/observations.ts';
import { printable, type Style, style, wrap } from '../../report/style.ts';
import type { Call, ExitCode } from '../command.ts';
import { parseMoment } from '../period.ts';
import { withReader } from '../reader.ts';

/** `faultline capacity`: what is about to break, and the time left. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  const found = await withReader(options, ({ reader, range }) =>
    capacityOf(reader, parseMoment(options, range)),
  );
  // A store that holds nothing was refused by then.
  if (options.flag('json')) out.print(`${JSON.stringify(capacityJson(found!), null, 2)}\n`);
  else out.print(text(found!, style(out.color), out.width));
  return 0;
}

function text({ period, items, looked, more }: Capacity, paint: Style, width: number): string {
  const head = `${count(looked)} queues, tables, ports and curves of the ${span(period.to - period.from)} before ${new Date(period.to / 1000).toISOString().slice(11, 19)}`;
  if (items.length === 0) return `${head}\n\nNothing fills up.\n`;
  const lines = items.flatMap((item) => {
    const [first, ...rest] = wrap(printable(item.text), width - 10);
    return [`${mark(item, paint)}  ${first}`, ...rest.map((line) => `${' '.repeat(10)}${line}`)];
  });
  return `${head}\n\n${lines.join('\n')}\n${more > 0 ? `and ${count(more)} more\n` : ''}`;
}

function mark({ state }: CapacityItem, paint: Style): string {
  const word = state.padEnd(8);
  if (state === 'full') return paint.bad(word);
  return state === 'growing' ? word : paint.warn(word);
}
