import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FaultlineError } from '../../probe/index.ts';

type Specs = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Specs> = ReturnType<typeof parseArgs<{ options: T }>>['values'];

/** What a benchmark's command line may hold, and the text of its `--help`. */
export interface Usage<T extends Specs> {
  readonly name: string;
  readonly help: string;
  readonly options: T;
}

/**
 * Runs a benchmark: parses its command line, reports errors with their code (exit code 2 for wrong usage, 1 for the rest) and
 * turns signals into an orderly exit, so that everything made for it is removed.
 */
export async function benchmark<T extends Specs>(
  usage: Usage<T>,
  run: (values: Values<T>) => Promise<void>,
): Promise<void> {
  /* Also the second time: npm passes on what the whole group has got already, and the exit is under way. */
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  try {
    const values = parse(usage);
    if ((values as { help?: boolean }).help === true) console.log(usage.help);
    else await run(values);
  } catch (error) {
    if (!(error instanceof FaultlineError)) throw error;
    const json = process.argv.includes('--json');
    const { code, message, hint } = error;
    console.error(json ? JSON.stringify({ error: { code, message, hint } }) : `${code}: ${message} ${hint}`);
    process.exitCode = code.startsWith('FL-6') ? 2 : 1;
  }
}

/** An integer of an option, `from` to `to`. @throws FaultlineError FL-622 */
export function integer(option: string, text: string, from: number, to: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= from && value <= to)) {
    throw wrong(`--${option} cannot be "${text}".`, `Give a whole number from ${from} to ${to}.`);
  }
  return value;
}

/** A number above 0 of an option, at most `to`. @throws FaultlineError FL-622 */
export function positive(option: string, text: string, to: number): number {
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= to)) {
    throw wrong(`--${option} cannot be "${text}".`, `Give a number above 0, at most ${to}.`);
  }
  return value;
}

export function wrong(message: string, hint: string): FaultlineError {
  return new FaultlineError('FL-622', message, hint);
}

function parse<T extends Specs>({ name, options }: Usage<T>): Values<T> {
  try {
    const withHelp = { ...options, help: { type: 'boolean' } } as const;
    return parseArgs({ options: withHelp }).values as Values<T>;
  } catch (error) {
    const message = (error as Error).message.split('. ')[0]!.replace(/\.$/, '');
    throw wrong(`${message}.`, `See \`npm run -s bench -- ${name} --help\`.`);
  }
}
