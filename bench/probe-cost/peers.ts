import { closeSync, createReadStream, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { scratch } from '../load/compile.ts';
import { inside, run, runSync } from '../load/run.ts';
import { countOpenings } from './pcap.ts';
import { PORT } from './service.ts';
import { startProgram, type Watcher } from './watcher.ts';

/** Where bpftrace looks tracepoints up; not every machine has it mounted. */
const TRACEFS = '/sys/kernel/tracing';

/** Counts what the probe's main tracepoints see, without telling connections apart. */
const bpftrace: Watcher = {
  name: 'bpftrace, counting',
  async start() {
    const script = `
      BEGIN { printf("ready\\n"); }
      tracepoint:sock:inet_sock_set_state {
        @states[args->newstate] = count();
        if (args->oldstate == 2 && args->newstate == 1 && args->dport == ${PORT}) { @seen = count(); }
      }
      tracepoint:sock:sock_send_length { @sends = count(); }
      tracepoint:sock:sock_recv_length { @receives = count(); }
      tracepoint:sock:sk_data_ready { @arrivals = count(); }`;
    if (!existsSync(`${TRACEFS}/events`)) runSync('mount', ['-t', 'tracefs', 'tracefs', TRACEFS]);
    const program = await startProgram(['bpftrace', ['-e', script]], { on: 'stdout', text: /^ready$/m });
    return {
      pid: program.child.pid!,
      async stop() {
        await program.stop('SIGINT');
        return Number(/^@seen: (\d+)/m.exec(program.said())?.[1] ?? 0);
      },
    };
  },
};

const conntrack: Watcher = {
  name: 'conntrack -E',
  async start(netns) {
    const rule = ['OUTPUT', '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'ACCEPT'];
    runSync(...inside(netns, 'iptables', '-w', '5', '-A', ...rule));
    const file = join(scratch(), 'conntrack.txt');
    const output = openSync(file, 'w');
    const program = await startProgram(inside(netns, 'conntrack', '-E'), null, output);
    closeSync(output);
    await sleep(200);
    return {
      pid: program.child.pid!,
      async stop() {
        await program.stop('SIGINT');
        runSync(...inside(netns, 'iptables', '-w', '5', '-D', ...rule));
        runSync(...inside(netns, 'conntrack', '-F'));
        return countLines(file, (line) => line.includes('[NEW]') && line.includes(`dport=${PORT} `));
      },
    };
  },
};

const tcpdump: Watcher = {
  name: 'tcpdump -w',
  async start(netns) {
    const file = join(scratch(), 'dump.pcap');
    const command = inside(netns, 'tcpdump', '-i', 'lo', '-Z', 'root', '-w', file, 'port', String(PORT));
    const program = await startProgram(command, { on: 'stderr', text: /listening on/ });
    return {
      pid: program.child.pid!,
      async stop() {
        await program.stop('SIGINT');
        const seen = countOpenings(readFileSync(file), PORT);
        rmSync(file);
        return seen;
      },
    };
  },
};

const ss: Watcher = {
  name: 'ss, once a second',
  async start(netns) {
    const seen = new Set<string>();
    const poll = async () => {
      const text = await run(...inside(netns, 'ss', '-tinHO', 'dport', '=', `:${PORT}`));
      for (const line of text.split('\n')) if (line !== '') seen.add(line.split(/\s+/)[3]!);
    };
    let last: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
      last = poll();
    }, 1000);
    return {
      pid: null,
      async stop() {
        clearInterval(timer);
        await last;
        return seen.size;
      },
    };
  },
};

export const PEERS: readonly Watcher[] = [bpftrace, conntrack, tcpdump, ss];

async function countLines(file: string, counts: (line: string) => boolean): Promise<number> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) if (counts(line)) count++;
  rmSync(file);
  return count;
}
