import type { NamedFlow } from '../../../enrich/index.ts';
import type { Flow, ProbeCounters } from '../../../probe/index.ts';
import { counted } from '../../report/format.ts';
import { style } from '../../report/style.ts';
import type { Output } from '../output.ts';
import { flowDocument } from './document.ts';
import { flowLine, HEADING } from './line.ts';
import { screenOf } from './screen.ts';
import { createSummary } from './summary.ts';

/** What a printer needs of the rest. */
export interface PrinterContext {
  readonly out: Output;
  readonly asText: boolean;
  readonly name: (flow: Flow) => NamedFlow;
  readonly wanted: (named: NamedFlow) => boolean;
  readonly counters: () => Pick<ProbeCounters, 'sockets' | 'lost'>;
}

/** How the flows of a probe are shown. */
export interface Printer {
  readonly onFlows: (flows: readonly Flow[]) => void;
  readonly onEnded: (flows: readonly Flow[]) => void;
  start(): void;
  stop(): void;
}

/** Bytes a slow reader may leave untaken; beyond it lines are left out and counted as lost. */
const MAX_BACKLOG = 16 << 20;

/** Lines are printed together up to about this many characters: each print is a system call here and in the reader. */
const PRINTED_AT_ONCE = 64 << 10;

/** One line for each connection that ended. */
export function linePrinter({ out, asText, name, wanted, counters }: PrinterContext): Printer {
  const paint = style(out.color);
  let lostBefore = 0;
  let leftOut = 0;
  return {
    start() {
      if (asText) out.print(`${paint.dim(HEADING)}\n`);
    },
    onFlows() {},
    onEnded(flows) {
      /* Once a batch, not once a line: the kernel is asked each time. */
      const { lost } = counters();
      let lines = '';
      for (const flow of flows) {
        const named = name(flow);
        if (!wanted(named)) continue;
        if (out.backlog() + lines.length > MAX_BACKLOG) {
          leftOut++;
          continue;
        }
        const since = lost - lostBefore + leftOut;
        lostBefore = lost;
        leftOut = 0;
        lines += `${asText ? flowLine(named, since, paint) : JSON.stringify(flowDocument(named, since))}\n`;
        if (lines.length < PRINTED_AT_ONCE) continue;
        out.print(lines);
        lines = '';
      }
      if (lines !== '') out.print(lines);
    },
    stop() {
      const since = counters().lost - lostBefore + leftOut;
      if (since > 0) out.note(`faultline: ${counted(since, 'connection')} lost after the last line`);
    },
  };
}

const SUMMARY_MILLIS = 1000;
const CLEAR = '\u001b[H\u001b[J';
/** Lines of a summary where the screen has no height: pipes and files. */
const DEFAULT_HEIGHT = 24;

/** Who talks to whom, once a second: a screen that is drawn again, blocks of text, or a JSON document a second. */
export function summaryPrinter({ out, asText, name, wanted, counters }: PrinterContext): Printer {
  const summary = createSummary();
  const paint = style(out.color);
  let before = performance.now();
  let timer: NodeJS.Timeout | undefined;

  const print = () => {
    const now = performance.now();
    const seconds = (now - before) / 1000;
    before = now;
    const frame = { at: new Date(), seconds, ...summary.take(), counters: counters() };
    if (out.backlog() > MAX_BACKLOG) return;
    if (!asText) out.print(`${JSON.stringify({ ...frame, at: frame.at.toISOString() })}\n`);
    else
      out.print(
        `${out.tty ? CLEAR : ''}${screenOf(frame, out.width, process.stdout.rows ?? DEFAULT_HEIGHT, paint)}\n`,
      );
  };

  return {
    start() {
      before = performance.now();
      timer = setInterval(print, SUMMARY_MILLIS);
    },
    onFlows(flows) {
      for (const named of flows.map(name)) if (wanted(named)) summary.add(named);
    },
    onEnded() {},
    stop() {
      clearInterval(timer);
      print();
    },
  };
}
