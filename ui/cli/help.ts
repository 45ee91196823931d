import type { CommandSpec, OptionSpec } from './command.ts';

export function usage(spec: CommandSpec): string {
  const positionals = spec.positionals.map(({ name, required }) => (required ? name : `[${name}]`));
  return ['faultline', spec.name, ...positionals, '[options]'].join(' ');
}

export function programHelp(commands: readonly CommandSpec[]): string {
  const width = Math.max(...commands.map((command) => synopsis(command).length));
  return [
    'faultline watches every connection of a cluster and names the failure domain that broke.',
    '',
    'Usage: faultline COMMAND [options]',
    '',
    ...commands.map((command) => `  ${synopsis(command).padEnd(width)}  ${command.summary}`),
    '',
    'faultline COMMAND --help says more. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but degraded.',
    '',
  ].join('\n');
}

export function commandHelp(spec: CommandSpec, common: Readonly<Record<string, OptionSpec>>): string {
  const options = Object.entries({ ...spec.options, ...common });
  const left = options.map(([name, { value }]) => `--${name}${value === null ? '' : ` ${value}`}`);
  const width = Math.max(...left.map((text) => text.length));
  return [
    `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`,
    '',
    `Usage: ${usage(spec)}`,
    '',
    ...options.map(([, option], i) => `  ${left[i]!.padEnd(width)}  ${described(option)}`),
    '',
    ...spec.examples.map((example) => `  $ ${example}`),
    '',
  ].join('\n');
}

function synopsis({ name, positionals }: CommandSpec): string {
  return [name, ...positionals.map((positional) => positional.name)].join(' ');
}

function described({ help, choices }: OptionSpec): string {
  return choices === undefined ? help : `${help} [${choices.join(', ')}]`;
}
