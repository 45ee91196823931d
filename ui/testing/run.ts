import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { main } from '../cli/main.ts';

const CLI = fileURLToPath(new URL('../cli/faultline.mjs', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `faultline` as users run it: a process of its own, from this directory, without colours. */
export async function faultline(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const running = begin(args, options);
  return running.ended;
}

/** The same within this process, for the many small questions that need no process of their own. */
export async function within(...args: string[]): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await main(args, {
    print: (text) => {
      out += text;
    },
    note: (line) => {
      err += `${line}\n`;
    },
    color: false,
    width: 110,
    tty: false,
    backlog: () => 0,
    closed: new Promise(() => {}),
  });
  return { code, out, err };
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Program and arguments put before it, e.g. one that takes privileges away. */
  readonly under?: readonly string[];
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
  readonly out: () => string;
  readonly err: () => string;
  /** Waits until what was printed or said matches; throws with all of it when the process ends before. */
  readonly seen: (pattern: RegExp) => Promise<RegExpExecArray>;
}

export function begin(args: readonly string[], { cwd, env = {}, under = [] }: RunOptions = {}): Running {
  const [program, ...rest] = [...under, process.execPath, CLI, ...args];
  const { NO_COLOR: _, FORCE_COLOR: __, KUBECONFIG: ___, ...clean } = process.env;
  const child = spawn(program!, rest, { cwd, env: { ...clean, ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  const seen = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(`${out}\n${err}`);
      if (match !== null) return match;
      const over = child.exitCode !== null || child.signalCode !== null;
      if (over) throw new Error(`it ended without ${pattern}:\n${out}\n${err}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  return { child, ended, out: () => out, err: () => err, seen };
}
