import { setTimeout as sleep } from 'node:timers/promises';
import { FaultlineError, type Probe, startProbe } from '../../../probe/index.ts';
import { onceUntilWell } from '../../pipeline/complain.ts';
import { sourceOf, startNaming } from '../../pipeline/naming.ts';
import { clearTextOptions } from '../clear-text.ts';
import type { Call, ExitCode, Options } from '../command.ts';
import { type FlowFilter, passes } from '../flows/filter.ts';
import { linePrinter, summaryPrinter } from '../flows/printer.ts';
import { capabilitiesFor } from '../privileges.ts';
import { clusterOptions, filesOf } from '../source.ts';
import { untilStopped } from '../stop.ts';
import { parseDuration } from '../time.ts';

/** `faultline flows`: connections as they end, one line each, or a summary once a second. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  const asText = textWanted(options, out.tty);
  const filter = filterOf(options);
  const duration = options.text('for');
  const millis = duration === undefined ? null : parseDuration(duration, '--for') / 1000;
  const warn = (line: string): void => out.note(`faultline: ${line}`);
  const source = sourceOf(clusterOptions(options));
  const naming = await startNaming(source, warn);
  let probe: Probe | null = null;
  const printer = (options.flag('summary') ? summaryPrinter : linePrinter)({
    out,
    asText,
    name: (flow) => naming.names.name(flow),
    wanted: (named) => passes(named, filter),
    counters: () => probe?.counters() ?? NOTHING,
  });
  try {
    probe = await startProbe({
      netns: options.texts('netns'),
      ...clearTextOptions(options),
      onFlows: printer.onFlows,
      onEnded: printer.onEnded,
      onError: onceUntilWell(warn, 'FL-516: The probe stumbled and goes on'),
      dropCapabilities: true,
      keepCapabilities: capabilitiesFor({ files: filesOf(source) }),
    });
    try {
      out.note('ready');
      printer.start();
      const over = millis === null ? [] : [sleep(millis, undefined, { ref: true })];
      await untilStopped(Promise.race([out.closed, ...over]));
    } finally {
      await probe.stop();
      printer.stop();
    }
  } finally {
    await naming.stop();
  }
  return 0;
}

/** Before the probe runs. */
const NOTHING = { sockets: 0, lost: 0 };

function textWanted(options: Options, tty: boolean): boolean {
  if (options.flag('text') && options.flag('json')) {
    throw new FaultlineError('FL-606', '--text and --json exclude each other.', 'Choose one of them.');
  }
  return options.flag('text') || (tty && !options.flag('json'));
}

function filterOf(options: Options): FlowFilter {
  const port = options.text('port');
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    throw new FaultlineError('FL-604', `--port cannot be "${port}".`, 'Give a number from 0 to 65535.');
  }
  const slow = options.text('slow');
  return {
    service: options.text('service'),
    port: port === undefined ? undefined : Number(port),
    failed: options.flag('failed'),
    slow: slow === undefined ? undefined : parseDuration(slow, '--slow'),
  };
}
