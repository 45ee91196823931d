import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { compileProgram } from './compile.ts';
import type { ClientLedger, ServerLedger } from './ledger.ts';
import { inside } from './run.ts';

/** Ports of the load: one for each kind, from this one on. */
export const PORT = 9000;

/** Of each hundred connections so many are of these kinds; the rest is plain. */
export interface Mix {
  readonly half: number;
  readonly resetByServer: number;
  readonly resetByClient: number;
  readonly refused: number;
}

export const PLAIN: Mix = { half: 0, resetByServer: 0, resetByClient: 0, refused: 0 };

export interface Load {
  readonly address: string;
  readonly connections: number;
  /** Connections a second; 0 for as many as the machine makes. */
  readonly rate: number;
  readonly parallel: number;
  readonly mix: Mix;
}

export interface LoadMaker {
  /** One process of the asking end; resolves with its books when everything it made is over. */
  run(load: Load): Promise<ClientLedger>;
  /** Lets the answering end finish; its books. */
  finish(): Promise<ServerLedger>;
  /** Ends the answering end at once. Idempotent. */
  stop(): void;
}

/** Compiles both ends and starts the answering one. */
export async function startLoad(netns: {
  readonly client: string;
  readonly server: string;
}): Promise<LoadMaker> {
  const program = (name: string) =>
    compileProgram(fileURLToPath(new URL(`c/${name}.c`, import.meta.url)), name);
  const [client, server] = await Promise.all([program('client'), program('server')]);
  const answering = start(netns.server, [server, String(PORT)]);
  const said = lines(answering);
  await said.next();

  return {
    async run({ address, connections, rate, parallel, mix }) {
      const shares = [0, mix.half, mix.resetByServer, mix.resetByClient, mix.refused];
      const numbers = [PORT, connections, rate, parallel, ...shares].map(String);
      const asking = start(netns.client, [client, address, ...numbers]);
      const [book, [code]] = await Promise.all([text(asking.stdout!), once(asking, 'exit')]);
      if (code !== 0) throw new Error(`the load ended with ${code}`);
      return JSON.parse(book) as ClientLedger;
    },
    async finish() {
      answering.stdin!.end();
      const { value } = await said.next();
      return JSON.parse(value!) as ServerLedger;
    },
    stop: () => void answering.kill('SIGKILL'),
  };
}

function start(netns: string, command: readonly string[]): ChildProcess {
  const child = spawn(...inside(netns, ...command), { stdio: ['pipe', 'pipe', 'inherit'] });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  child.once('exit', () => process.off('exit', stop));
  return child;
}

async function* lines(child: ChildProcess): AsyncGenerator<string, undefined> {
  let pending = '';
  for await (const chunk of child.stdout!) {
    pending += chunk;
    const whole = pending.split('\n');
    pending = whole.pop()!;
    yield* whole;
  }
  throw new Error('the answering end of the load has ended');
}
