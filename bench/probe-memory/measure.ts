import { setTimeout as sleep } from 'node:timers/promises';
import { sum } from '../load/ledger.ts';
import { PLAIN, startLoad } from '../load/maker.ts';
import { createPair, SERVER } from '../load/network.ts';
import { cpuSeconds, memory } from '../load/process.ts';
import { quantileOf, slopeOf } from '../load/statistics.ts';
import { startAgent } from './agent.ts';

export interface Plan {
  /** Connections a second. */
  readonly rate: number;
  readonly minutes: number;
  /** Seconds between looks. */
  readonly every: number;
}

export interface Sample {
  readonly second: number;
  readonly rssMiB: number;
  readonly anonymousMiB: number;
  readonly proportionalMiB: number;
}

const PARALLEL = 512;

export async function measure({ rate, minutes, every }: Plan, say: (sample: Sample) => void) {
  const pair = createPair();
  try {
    const load = await startLoad(pair.names);
    try {
      const agent = await startAgent(Object.values(pair.names));
      const began = performance.now();
      const seconds = () => (performance.now() - began) / 1000;
      const connections = Math.round(rate * minutes * 60);
      let running = true;
      const asked = load
        .run({ address: SERVER, connections, rate, parallel: PARALLEL, mix: PLAIN })
        .finally(() => {
          running = false;
        });
      const samples: Sample[] = [];
      while (running) {
        const sample = { second: Math.round(seconds()), ...memory(agent.pid) };
        samples.push(sample);
        say(sample);
        await Promise.race([sleep(1000 * every), asked]);
      }
      const client = await asked;
      const server = await load.finish();
      const cores = cpuSeconds(agent.pid) / seconds();
      await agent.stop();
      return {
        ...summaryOf(samples),
        cores,
        made: sum(client.made) + sum(server.made),
        seen: agent.seen(),
        lost: agent.lost(),
        connectionsPerSecond: Math.round(sum(client.made) / (client.nanos / 1e9)),
        samples,
      };
    } finally {
      load.stop();
    }
  } finally {
    pair.close();
  }
}

/** The beginning and the end of the series, and what it grows by when the first minute is over. */
export function summaryOf(samples: readonly Sample[]) {
  const end = samples.at(-1)!.second;
  const later = samples.filter(({ second }) => second >= 60);
  const median = (some: readonly Sample[]) =>
    quantileOf(
      some.map(({ rssMiB }) => rssMiB),
      0.5,
    );
  return {
    firstMinuteMiB: median(samples.filter(({ second }) => second < 60)),
    lastMinuteMiB: median(samples.filter(({ second }) => second > end - 60)),
    maxMiB: Math.max(...samples.map(({ rssMiB }) => rssMiB)),
    /** `null` in a run of less than two minutes: there is nothing to draw a line through. */
    mibPerMinute:
      end < 120 ? null : slopeOf(later.map(({ second, rssMiB }) => [second / 60, rssMiB] as const)),
  };
}
