import { createNamespaces } from '../load/network.ts';
import { benchmark, integer, wrong } from '../load/usage.ts';
import { kernelTime } from './kernel.ts';
import { type Cost, costOf, onePair, type Pair } from './pairs.ts';
import { PEERS } from './peers.ts';
import { CONNECTIONS_ONLY, DEFAULT, PRINTED, TURNS } from './probes.ts';
import { markdown, type Result, type Row, text } from './report.ts';
import { type Mode, startService } from './service.ts';
import type { Watcher } from './watcher.ts';

const HELP = `npm run -s bench -- probe-cost [--pairs 8] [--json | --markdown]

What the probe costs the watched: nginx (one worker) and wrk (one thread, 16 connections) saturate the machine in a namespace
of their own, in pairs of runs with and without the probe, which of them first in turn; the same for other tools. Then the
time spent in the probe's kernel programs by the kernel's own count. Needs root, nginx, wrk and curl, and the tools it
is compared with: bpftrace, conntrack, tcpdump, ss.

  --pairs N     pairs of runs of each (8)
  --seconds N   so long each run (2)
  --only NAMES  only watchers whose name is or holds one of these, by comma
  --json        one JSON document
  --markdown    a Markdown table
`;

const MODES: readonly Mode[] = ['churn', 'keepalive'];
const PROBES: readonly Watcher[] = [DEFAULT, TURNS, CONNECTIONS_ONLY, PRINTED];

await benchmark(
  {
    name: 'probe-cost',
    help: HELP,
    options: {
      pairs: { type: 'string', default: '8' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
    } as const,
  },
  async (values) => {
    if (values.json && values.markdown)
      throw wrong('--json and --markdown exclude each other.', 'Choose one.');
    const result = await measure({
      pairs: integer('pairs', values.pairs, 1, 1000),
      seconds: integer('seconds', values.seconds, 1, 600),
      watchers: chosen(values.only),
    });
    console.log(values.json ? JSON.stringify(result) : values.markdown ? markdown(result) : text(result));
  },
);

function chosen(only: string): readonly Watcher[] {
  const all = [...PROBES, ...PEERS];
  const wanted = only.split(',').filter(Boolean);
  if (wanted.length === 0) return all;
  const chosenBy = ({ name }: Watcher, each: string) =>
    all.some((other) => other.name === each) ? name === each : name.includes(each);
  const found = all.filter((watcher) => wanted.some((each) => chosenBy(watcher, each)));
  if (found.length > 0) return found;
  throw wrong(`--only cannot be "${only}".`, `Take parts of: ${all.map(({ name }) => name).join('; ')}.`);
}

interface Plan {
  readonly pairs: number;
  readonly seconds: number;
  readonly watchers: readonly Watcher[];
}

async function measure({ pairs, seconds, watchers }: Plan): Promise<Result> {
  const { names, close } = createNamespaces('cost');
  try {
    const service = await startService(names.cost);
    const place = { service, netns: names.cost, seconds };
    try {
      await service.load('keepalive', 1);
      const rows = await runPairs(place, pairs, watchers);
      const kernel = {
        churn: await kernelTime(place, 'churn', DEFAULT),
        keepalive: await kernelTime(place, 'keepalive', DEFAULT),
        churnTurns: await kernelTime(place, 'churn', TURNS),
        keepaliveTurns: await kernelTime(place, 'keepalive', TURNS),
      };
      return resultOf(rows, kernel, pairs, seconds);
    } finally {
      await service.stop();
    }
  } finally {
    close();
  }
}

/** Round by round, in each every watcher once in each mode: what disturbs the machine for a while disturbs all alike. */
async function runPairs(
  place: Parameters<typeof onePair>[0],
  pairs: number,
  watchers: readonly Watcher[],
): Promise<readonly Row[]> {
  const taken = new Map(
    watchers.map((watcher) => [watcher, { churn: [] as Pair[], keepalive: [] as Pair[] }]),
  );
  for (let round = 0; round < pairs; round++) {
    for (const [place_, watcher] of watchers.entries()) {
      for (const mode of MODES) {
        const pair = await onePair(place, mode, watcher, (round + place_) % 2 === 0);
        taken.get(watcher)![mode].push(pair);
        process.stderr.write(
          `${round + 1}/${pairs} ${mode} ${watcher.name}: ${(pair.on / pair.off).toFixed(3)}\n`,
        );
      }
    }
  }
  return [...taken].map(([{ name }, { churn, keepalive }]) => ({
    name,
    costs: { churn: costOf(churn), keepalive: costOf(keepalive) },
  }));
}

function resultOf(rows: readonly Row[], kernel: Result['kernel'], pairs: number, seconds: number): Result {
  const nothing: Cost = costOf([]);
  const of = ({ name }: Watcher, mode: Mode) => rows.find((row) => row.name === name)?.costs[mode] ?? nothing;
  const isProbe = ({ name }: Row) => PROBES.some((probe) => probe.name === name);
  return {
    churn: of(DEFAULT, 'churn'),
    keepalive: of(DEFAULT, 'keepalive'),
    churnTurns: of(TURNS, 'churn'),
    keepaliveTurns: of(TURNS, 'keepalive'),
    churnConnectionsOnly: of(CONNECTIONS_ONLY, 'churn'),
    keepaliveConnectionsOnly: of(CONNECTIONS_ONLY, 'keepalive'),
    nanosPerConnection: Math.round(kernel.churn.nanos),
    nanosPerRequest: Math.round(kernel.keepalive.nanos),
    nanosPerConnectionTurns: Math.round(kernel.churnTurns.nanos),
    nanosPerRequestTurns: Math.round(kernel.keepaliveTurns.nanos),
    kernel,
    probe: rows.filter(isProbe),
    peers: rows
      .filter((row) => !isProbe(row))
      .map(({ name, costs }) => ({
        name,
        churnRatio: costs.churn.ratio,
        keepaliveRatio: costs.keepalive.ratio,
        seenShare: costs.churn.seenShare,
        costs,
      })),
    pairs,
    seconds,
  };
}
