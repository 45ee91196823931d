import { type Report, why } from '../../../analysis/index.ts';
import { FaultlineError } from '../../../probe/index.ts';
import { toJson, toMarkdown, toText } from '../../report/index.ts';
import type { Call, ExitCode, Options } from '../command.ts';
import { parseMoment, parsePeriod } from '../period.ts';
import { DEFAULT_STORE, type OpenReader, withReader } from '../reader.ts';
import { rowsJson, rowsText } from '../rows.ts';
import { resolveService } from '../service.ts';

/** `faultline why SERVICE`: the failure-domain report. */
export async function run({ positionals, options, out }: Call): Promise<ExitCode> {
  const form = formOf(options);
  const asked = coverageAsked(options);
  const { report, text } = await withReader(options, async (open) => {
    const report = await ask(open, positionals[0]!, options);
    return { report, text: await rendered(open, report) };
  });
  out.print(text);
  if (asked !== null && report.coverage.seen < asked) {
    out.note(`faultline: ${report.coverage.seen} of the connections were seen, ${asked} was asked for`);
    return 3;
  }
  return 0;

  async function rendered({ path, reader }: OpenReader, report: Report): Promise<string> {
    const rank = options.text('rows');
    if (rank !== undefined) {
      const rows = form === 'json' ? rowsJson : rowsText;
      return rows(reader, report, rank);
    }
    const store = path === DEFAULT_STORE ? {} : { store: path };
    switch (form) {
      case 'json':
        return `${JSON.stringify(toJson(report), null, 2)}\n`;
      case 'markdown':
        return toMarkdown(report, store);
      case 'text':
        return toText(report, { color: out.color, width: out.width, ...store });
    }
  }
}

async function ask({ reader, range }: OpenReader, name: string, options: Options): Promise<Report> {
  const service = await resolveService(reader, name);
  if (options.text('from') === undefined && options.text('to') === undefined) {
    const at = parseMoment(options, range);
    return why(reader, { service, ...(at === undefined ? {} : { at }) });
  }
  if (options.text('at') !== undefined) {
    throw new FaultlineError('FL-606', '--at excludes --from and --to.', 'Ask for a moment or for a period.');
  }
  return why(reader, { service, ...parsePeriod(options, range) });
}

function formOf(options: Options): 'text' | 'json' | 'markdown' {
  if (options.flag('json') && options.flag('markdown')) {
    throw new FaultlineError('FL-606', '--json and --markdown exclude each other.', 'Choose one of them.');
  }
  return options.flag('json') ? 'json' : options.flag('markdown') ? 'markdown' : 'text';
}

/** `--coverage 0.99` or `99%`; `null` when nothing is asked for. */
function coverageAsked(options: Options): number | null {
  const text = options.text('coverage');
  if (text === undefined) return null;
  const match = /^(\d{1,3}(?:\.\d+)?)(%?)$/.exec(text);
  const share = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  throw new FaultlineError('FL-604', `--coverage cannot be "${text}".`, 'Write a share as 0.99 or 99%.');
}
