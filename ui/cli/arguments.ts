import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FaultlineError } from '../../probe/index.ts';
import { type CommandSpec, type OptionSpec, Options } from './command.ts';
import { usage } from './help.ts';
import { nearestWord } from './nearest.ts';

/** Options every command has beside its own. */
export const COMMON: Readonly<Record<string, OptionSpec>> = {
  help: { value: null, help: 'this text' },
  version: { value: null, help: 'the version' },
};

export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Options;
}

/**
 * Checks the words after a command against its spec.
 * @throws FaultlineError FL-602 unknown option, FL-603 missing or extra argument, FL-604 bad value
 */
export function parseArguments(spec: CommandSpec, words: readonly string[]): Arguments {
  const options = { ...spec.options, ...COMMON };
  const config: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  };
  for (const [name, { value, multiple }] of Object.entries(spec.options)) {
    config[name] = { type: value === null ? 'boolean' : 'string', multiple: multiple === true };
  }
  const parsed = parseArgs({
    args: joined(words, options),
    options: config,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    checkOption(spec, options, token.name, token.rawName, token.value);
    if (seen.has(token.name) && options[token.name]?.multiple !== true && token.value !== undefined) {
      throw badValue(spec, `${token.rawName} is given twice.`);
    }
    seen.add(token.name);
  }
  const values = new Options(parsed.values as Record<string, string | boolean | string[]>);
  if (!values.flag('help') && !values.flag('version')) checkPositionals(spec, parsed.positionals);
  return { positionals: parsed.positionals, options: values };
}

/** `--at -5m` is a value, not an option: parseArgs wants it joined. */
function joined(words: readonly string[], options: Readonly<Record<string, OptionSpec>>): string[] {
  const result: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const next = words[i + 1];
    const takesValue = word.startsWith('--') && (options[word.slice(2)]?.value ?? null) !== null;
    if (takesValue && next !== undefined && /^-\d/.test(next)) {
      result.push(`${word}=${next}`);
      i++;
    } else {
      result.push(word);
    }
  }
  return result;
}

function checkOption(
  spec: CommandSpec,
  options: Readonly<Record<string, OptionSpec>>,
  name: string,
  raw: string,
  value: string | undefined,
): void {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const nearest = nearestWord(name, Object.keys(options));
    const hint = nearest === null ? help(spec) : `Did you mean --${nearest}? ${help(spec)}`;
    throw new FaultlineError('FL-602', `faultline ${spec.name} has no option ${raw}.`, hint);
  }
  if (option.value === null && value !== undefined) throw badValue(spec, `${raw} takes no value.`);
  if (option.value !== null && (value === undefined || value === '')) {
    throw badValue(spec, `${raw} needs a value: ${raw} ${option.value}.`);
  }
  if (option.choices !== undefined && value !== undefined && !option.choices.includes(value)) {
    throw badValue(spec, `${raw} cannot be "${value}".`, `Use one of ${option.choices.join(', ')}.`);
  }
}

function checkPositionals(spec: CommandSpec, given: readonly string[]): void {
  for (const [i, { name, required, choices }] of spec.positionals.entries()) {
    const value = given[i];
    if (value === undefined || value === '') {
      if (!required) continue;
      throw new FaultlineError('FL-603', `faultline ${spec.name} needs ${name}.`, `Usage: ${usage(spec)}`);
    }
    if (choices !== undefined && !choices.includes(value)) {
      throw badValue(spec, `${name} cannot be "${value}".`, `Use one of ${choices.join(', ')}.`);
    }
  }
  const extra = given[spec.positionals.length];
  if (extra !== undefined) {
    throw new FaultlineError(
      'FL-603',
      `faultline ${spec.name} does not know what to do with "${extra}".`,
      `Usage: ${usage(spec)}`,
    );
  }
}

function badValue(spec: CommandSpec, message: string, hint = help(spec)): FaultlineError {
  return new FaultlineError('FL-604', message, hint);
}

function help(spec: CommandSpec): string {
  return `See faultline ${spec.name} --help.`;
}
