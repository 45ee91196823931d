import { COMMON } from '../arguments.ts';
import { COMMANDS } from '../catalogue.ts';
import type { Call, CommandSpec, ExitCode, OptionSpec } from '../command.ts';

/** `faultline completion bash|zsh`: a script made from the same table as the help. */
export async function run({ positionals, out }: Call): Promise<ExitCode> {
  out.print(positionals[0] === 'bash' ? bash() : zsh());
  return 0;
}

function options(spec: CommandSpec): [string, OptionSpec][] {
  return Object.entries({ ...spec.options, ...COMMON });
}

function bash(): string {
  const words = COMMANDS.map((spec) => {
    const flags = options(spec).map(([name]) => `--${name}`);
    const choices = spec.positionals.flatMap((positional) => positional.choices ?? []);
    return `    ${spec.name}) words="${[...flags, ...choices].join(' ')}" ;;`;
  });
  const values = COMMANDS.flatMap((spec) =>
    options(spec)
      .filter(([, { choices }]) => choices !== undefined)
      .map(([name, { choices }]) => `    "${spec.name} --${name}") words="${choices!.join(' ')}" ;;`),
  );
  const files = [...new Set(COMMANDS.flatMap(fileOptions))].map((name) => `--${name}`);
  return `# bash completion for faultline: source <(faultline completion bash)
_faultline() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command="\${COMP_WORDS[1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${COMMANDS.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "$previous" in
    ${files.join(' | ')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command $previous" in
${values.join('\n')}
  esac
  if [ -z "$words" ]; then
    case "$command" in
${words.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _faultline faultline
`;
}

function zsh(): string {
  const commands = COMMANDS.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = COMMANDS.map((spec) => {
    const flags = options(spec).map(([name, option]) => `        ${quoted(zshOption(name, option))}`);
    const places = spec.positionals.map((place, i) => {
      const action = place.choices === undefined ? fileAction(place.name) : `(${place.choices.join(' ')})`;
      return `        ${quoted(`${i + 1}:${place.name}:${action}`)}`;
    });
    return `    ${spec.name})\n      _arguments \\\n${[...flags, ...places].join(' \\\n')} ;;`;
  });
  return `#compdef faultline
# zsh completion for faultline: source <(faultline completion zsh)
_faultline() {
  local -a commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _faultline ]; then _faultline "$@"; else compdef _faultline faultline; fi
`;
}

function zshOption(name: string, { value, choices, multiple, help }: OptionSpec): string {
  const text = help.replace(/[[\]:]/g, '\\$&');
  const action = choices === undefined ? fileAction(value ?? '') : `(${choices.join(' ')})`;
  const argument = value === null ? '' : `:${value}:${action}`;
  return `${multiple === true ? '*' : ''}--${name}[${text}]${argument}`;
}

function fileAction(value: string): string {
  return value === 'FILE' ? '_files' : ' ';
}

function fileOptions(spec: CommandSpec): string[] {
  return options(spec)
    .filter(([, { value }]) => value === 'FILE')
    .map(([name]) => name);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
