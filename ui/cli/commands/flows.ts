import { setTimeout as sleep } from 'node:timers/promises';
import { FaultlineError, startProbe } from '../../../probe/index.ts';
import { onceUntilWell } from '../../pipeline/complain.ts';
import { sourceOf, startNaming } from '../../pipeline/naming.ts';
import { style } from '../../report/style.ts';
import type { Call, ExitCode, Options } from '../command.ts';
import { flowDocument } from '../flows/document.ts';
import { type FlowFilter, passes } from '../flows/filter.ts';
import { flowLine, HEADING } from '../flows/line.ts';
import { clusterOptions } from '../source.ts';
import { untilStopped } from '../stop.ts';
import { parseDuration } from '../time.ts';

/** Bytes a slow reader may leave untaken; beyond it lines are left out and counted as lost. */
const MAX_BACKLOG = 16 << 20;

/** `faultline flows`: connections as they end, one line each. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  const asText = textWanted(options, out.tty);
  const filter = filterOf(options);
  const duration = options.text('for');
  const millis = duration === undefined ? null : parseDuration(duration, '--for') / 1000;
  const warn = (line: string): void => out.note(`faultline: ${line}`);
  const naming = await startNaming(sourceOf(clusterOptions(options)), warn);
  const paint = style(out.color);
  let lostBefore = 0;
  let leftOut = 0;
  try {
    const probe = await startProbe({
      netns: options.texts('netns'),
      onFlows: () => {},
      onError: onceUntilWell(warn, 'FL-516: The probe stumbled and goes on'),
      onEnded: (flows) => {
        for (const flow of flows) {
          const named = naming.names.name(flow);
          if (!passes(named, filter)) continue;
          if (out.backlog() > MAX_BACKLOG) {
            leftOut++;
            continue;
          }
          const { lost } = probe.counters();
          const since = lost - lostBefore + leftOut;
          lostBefore = lost;
          leftOut = 0;
          out.print(
            `${asText ? flowLine(named, since, paint) : JSON.stringify(flowDocument(named, since))}\n`,
          );
        }
      },
    });
    try {
      out.note('ready');
      if (asText) out.print(`${paint.dim(HEADING)}\n`);
      const over = millis === null ? [] : [sleep(millis, undefined, { ref: true })];
      await untilStopped(Promise.race([out.closed, ...over]));
    } finally {
      await probe.stop();
    }
  } finally {
    await naming.stop();
  }
  return 0;
}

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
