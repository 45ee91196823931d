import { fileURLToPath } from 'node:url';
import type { ProbeOptions } from '../../probe/index.ts';
import { PORT } from './service.ts';
import { startProgram, type Watcher } from './watcher.ts';

const AGENT = fileURLToPath(new URL('../load/agent.mjs', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../ui/cli/faultline.mjs', import.meta.url));

/** Everything that looks at what happens between the opening and the end of a connection. */
const ABOUT_REQUESTS = ['request start', 'sent bytes of live connections', 'requests', 'waiting time'];

/** The probe in a process of its own, as it is configured when nothing is said. */
export const DEFAULT = probe('faultline', {});
/** Requests from the alternation of sends and receives, no payload read. */
export const TURNS = probe('faultline, requests by turns', { parse: false });
export const CONNECTIONS_ONLY = probe('faultline, connections only', {
  without: ABOUT_REQUESTS,
  parse: false,
});

/** The same, every connection printed. */
export const PRINTED: Watcher = {
  name: 'faultline flows --json',
  async start(netns) {
    const program = await startProgram(
      [process.execPath, [COMMAND, 'flows', '--json', '--netns', netns, '--port', String(PORT)]],
      { on: 'stderr', text: /^ready$/m },
    );
    let lines = 0;
    program.child.stdout!.removeAllListeners('data').on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 10) lines++;
    });
    return {
      pid: program.child.pid!,
      async stop() {
        await program.stop('SIGTERM');
        return lines / 2;
      },
    };
  },
};

function probe(name: string, options: Omit<ProbeOptions, 'onFlows' | 'netns'>): Watcher {
  return {
    name,
    async start(netns) {
      const program = await startProgram(
        [process.execPath, [AGENT, JSON.stringify({ ...options, netns: [netns], port: PORT })]],
        { on: 'stdout', text: /^ready$/m },
      );
      return {
        pid: program.child.pid!,
        async stop() {
          await program.stop(null);
          const books = program.said().trim().split('\n').at(-1)!;
          return (JSON.parse(books) as { connections: number }).connections;
        },
      };
    },
  };
}
