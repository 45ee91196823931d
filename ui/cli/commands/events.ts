import { EVENT_KINDS, type EventKind, eventsOf, type Observations } from '../../../analysis/index.ts';
import type { Period } from '../../../graph/index.ts';
import { clock, count, span } from '../../report/format.ts';
import { observationsJson } from '../../report/observations.ts';
import { printable, type Style, style, wrap } from '../../report/style.ts';
import type { Call, ExitCode, Options } from '../command.ts';
import { parsePeriod } from '../period.ts';
import { withReader } from '../reader.ts';

/** `faultline events`: what is new, gone or unlike the past, and no anomaly of an edge. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  const seen = await withReader(options, ({ reader, range }) => eventsOf(reader, periodOf(options, range)));
  if (options.flag('json')) out.print(`${JSON.stringify(observationsJson(seen), null, 2)}\n`);
  else out.print(text(seen, style(out.color), out.width));
  return 0;
}

const HOUR = 3_600_000_000;

/** Without a period, the last hour; of a short recording its second half, so that there is something before it. */
function periodOf(options: Options, range: Period): Period {
  if (options.text('from') !== undefined || options.text('to') !== undefined)
    return parsePeriod(options, range);
  return { from: Math.max(range.to - HOUR, (range.from + range.to) / 2), to: range.to };
}

function text(seen: Observations, paint: Style, width: number): string {
  const { period, history, events, counts, missing, usualNewEdges } = seen;
  const head = `${clock(period.from, period.to)} to ${clock(period.to)}, compared with the ${span(history.to - history.from)} before`;
  if (missing !== null) return `Nothing can be told: ${missing}.\n`;
  const lines = EVENT_KINDS.flatMap((kind) => {
    const own = events.filter((event) => event.kind === kind);
    if (own.length === 0) return [];
    const more = counts[kind].told - own.length;
    const title = `${paint.bold(kind)}${own.length > 1 || more > 0 ? ` (${count(own.length + more)})` : ''}`;
    const told = own.flatMap((event) => {
      const [first, ...rest] = wrap(printable(event.text), width - 2);
      return [`  ${first}`, ...rest.map((line) => `    ${line}`)];
    });
    return [title, ...told, ...(more > 0 ? [`  and ${count(more)} more`] : [])];
  });
  const body = lines.length === 0 ? ['Nothing new, nothing gone, nothing unlike the past.'] : lines;
  const notes = [
    unsureText(counts),
    usualNewEdges === null
      ? ''
      : `${Number(usualNewEdges.toPrecision(2))} new edges are usual in such a time.`,
  ].filter((line) => line !== '');
  return `${head}\n\n${body.join('\n')}\n${notes.map((note) => `\n${paint.dim(note)}`).join('')}${notes.length > 0 ? '\n' : ''}`;
}

function unsureText(counts: Observations['counts']): string {
  const unsure = (Object.entries(counts) as [EventKind, { unsure: number }][]).filter(
    ([, each]) => each.unsure > 0,
  );
  if (unsure.length === 0) return '';
  const parts = unsure.map(([kind, each]) => `${count(each.unsure)} × ${kind}`);
  return `Not sure enough to be told: ${parts.join(', ')}.`;
}
