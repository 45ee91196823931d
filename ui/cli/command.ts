import type { Output } from './output.ts';

/** Done, failed, wrong usage, done but degraded: the numbers scripts stand on. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface OptionSpec {
  /** What the option takes, as help shows it (`FILE`); `null` for a switch. */
  readonly value: string | null;
  readonly multiple?: true;
  /** Closed set of values, for checks and completion. */
  readonly choices?: readonly string[];
  readonly help: string;
}

export interface PositionalSpec {
  readonly name: string;
  readonly required: boolean;
  readonly choices?: readonly string[];
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  readonly load: () => Promise<{ readonly run: (call: Call) => Promise<ExitCode> }>;
}

/** One call of a command, its arguments checked against the spec. */
export interface Call {
  readonly positionals: readonly string[];
  readonly options: Options;
  readonly out: Output;
}

/** Options by name; what was not given is absent. */
export class Options {
  readonly #values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

  constructor(values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }
}
