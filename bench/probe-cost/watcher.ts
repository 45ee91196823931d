import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { FaultlineError } from '../../probe/index.ts';

/** Something that watches the service's namespace while the load runs. */
export interface Watcher {
  readonly name: string;
  start(netns: string): Promise<Watching>;
}

export interface Watching {
  /** Process whose CPU counts; `null` where there is no single one. */
  readonly pid: number | null;
  /** Ends it; the connections it saw. */
  stop(): Promise<number>;
}

/** Starts a program; resolves once it has said it is ready on the given stream. @throws FaultlineError FL-584 */
export async function startProgram(
  [program, args]: readonly [string, readonly string[]],
  ready: { readonly on: 'stdout' | 'stderr'; readonly text: RegExp } | null,
  stdout: 'pipe' | number = 'pipe',
): Promise<{
  readonly child: ChildProcess;
  said(): string;
  stop(signal: NodeJS.Signals | null): Promise<void>;
}> {
  const child = spawn(program, args, { stdio: ['pipe', stdout, 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(
    () => void process.off('exit', kill),
    () => {},
  );
  let said = '';
  let complaint = '';
  child.stderr!.on('data', (chunk) => {
    complaint += chunk;
    if (ready?.on === 'stderr') said += chunk;
  });
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  if (ready !== null) {
    await new Promise<void>((resolve, reject) => {
      const look = () => ready.text.test(said) && resolve();
      child[ready.on]!.on('data', look);
      void ended.then(() => reject(notStarted(program, complaint)));
    });
  }
  return {
    child,
    said: () => said,
    async stop(signal) {
      if (signal === null) child.stdin!.end();
      else child.kill(signal);
      await ended;
    },
  };
}

function notStarted(program: string, complaint: string): FaultlineError {
  const said = complaint.trim().split('\n').at(-1) ?? '';
  return new FaultlineError(
    'FL-584',
    `${program} ended before it watched anything${said === '' ? '' : `: ${said}`}.`,
    'Install it, or leave it out with --only.',
  );
}
