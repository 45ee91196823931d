import { readFileSync } from 'node:fs';
import { FaultlineError } from '../../probe/index.ts';
import { COMMON, parseArguments } from './arguments.ts';
import { COMMANDS, NOT_YET } from './catalogue.ts';
import type { CommandSpec, ExitCode } from './command.ts';
import { commandHelp, programHelp } from './help.ts';
import { nearestWord } from './nearest.ts';
import { errorText, type Output, processOutput } from './output.ts';

/** Runs one command line; the result is the process's exit code. Never throws. */
export async function main(words: readonly string[], out: Output = processOutput()): Promise<ExitCode> {
  try {
    return await dispatch(words, out);
  } catch (cause) {
    const error = coded(cause);
    out.note(errorText(error, words.includes('--json')));
    if (process.env.FAULTLINE_DEBUG !== undefined) out.note(stack(cause));
    return error.code.startsWith('FL-6') ? 2 : 1;
  }
}

async function dispatch(words: readonly string[], out: Output): Promise<ExitCode> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const topic = rest.find((word) => !word.startsWith('-'));
    out.print(topic === undefined ? programHelp(COMMANDS) : commandHelp(command(topic), COMMON));
    return 0;
  }
  if (name === '--version') return version(out);
  const spec = command(name);
  const { options, positionals } = parseArguments(spec, rest);
  if (options.flag('version')) return version(out);
  if (options.flag('help')) {
    out.print(commandHelp(spec, COMMON));
    return 0;
  }
  const { run } = await spec.load();
  return run({ positionals, options, out });
}

function command(name: string): CommandSpec {
  const found = COMMANDS.find((spec) => spec.name === name);
  if (found !== undefined) return found;
  if (NOT_YET.has(name)) {
    throw new FaultlineError(
      'FL-605',
      `The command ${name} is not in this version.`,
      'See faultline --help for those that are.',
    );
  }
  const nearest = nearestWord(
    name,
    COMMANDS.map((spec) => spec.name),
  );
  const hint = nearest === null ? 'See faultline --help.' : `Did you mean faultline ${nearest}?`;
  const what = name.startsWith('-') ? 'option' : 'command';
  throw new FaultlineError('FL-601', `There is no ${what} "${name}".`, hint);
}

function version(out: Output): ExitCode {
  const file = new URL('../../package.json', import.meta.url);
  out.print(`${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}\n`);
  return 0;
}

/** What has no code of its own is a defect: it gets one that says how to show it. */
function coded(cause: unknown): FaultlineError {
  if (cause instanceof FaultlineError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FaultlineError(
    'FL-599',
    `Something went wrong that should not: ${message}`,
    'Run it again with FAULTLINE_DEBUG=1 and report what it prints.',
    { cause },
  );
}

function stack(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const text = cause.stack ?? cause.message;
  return cause.cause === undefined ? text : `${text}\ncaused by ${stack(cause.cause)}`;
}
