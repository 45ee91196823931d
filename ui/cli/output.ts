import type { FaultlineError } from '../../probe/index.ts';
import { printable } from '../report/style.ts';

/** What a command may say, and how the other side wants it. */
export interface Output {
  /** Standard output: the answer. Text is written as it is. */
  readonly print: (text: string) => void;
  /** Standard error: progress and warnings, one line each. */
  readonly note: (line: string) => void;
  readonly color: boolean;
  readonly width: number;
  readonly tty: boolean;
  /** Bytes printed that nobody has taken yet. */
  readonly backlog: () => number;
  /** Resolves when whoever read the output has gone (`| head`). */
  readonly closed: Promise<void>;
}

const DEFAULT_WIDTH = 110;

/** The process's own streams. A reader that goes away ends the output, not the process with a stack trace. */
export function processOutput(): Output {
  let open = true;
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      open = false;
      close();
    });
  }
  const tty = process.stdout.isTTY === true;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  return {
    print: (text) => {
      if (open) process.stdout.write(text);
    },
    note: (line) => {
      process.stderr.write(`${line}\n`);
    },
    color: (NO_COLOR === undefined || NO_COLOR === '') && (forced || (tty && TERM !== 'dumb')),
    width: process.stdout.columns ?? DEFAULT_WIDTH,
    tty,
    backlog: () => process.stdout.writableLength,
    closed,
  };
}

/** `FL-NNN: what happened. What to do.`, or the JSON twin of it. */
export function errorText(error: FaultlineError, json: boolean): string {
  const { code, hint } = error;
  const message = printable(error.message);
  if (json) return JSON.stringify({ error: { code, message, hint } });
  return `${code}: ${sentence(message)} ${sentence(printable(hint))}`.trim();
}

function sentence(text: string): string {
  return text === '' || /[.?!)]$/.test(text) ? text : `${text}.`;
}
