import { setTimeout as sleep } from 'node:timers/promises';
import { type ProbeCounters, startProbe } from '../../probe/index.ts';
import { type ClientLedger, merged, type ServerLedger, sum } from '../load/ledger.ts';
import { startLoad } from '../load/maker.ts';
import { createPair, SERVER, SERVER_6 } from '../load/network.ts';
import { createSeen, type Seen } from './verdict.ts';

export interface Plan {
  readonly connections: number;
  readonly processes: number;
  readonly parallel: number;
  readonly ringBytes: number;
  readonly maxSockets: number;
}

export interface Measured {
  readonly client: ClientLedger;
  readonly server: ServerLedger;
  readonly seen: Seen;
  readonly counters: ProbeCounters;
  /** From the last connection's end until the probe had told of it. */
  readonly settleMillis: number;
}

const MIX = { half: 5, resetByServer: 5, resetByClient: 5, refused: 5 };
/**
 * So long without news, and the probe has nothing more to say: an end that no kernel program saw is found within 15 s, and on
 * a busy machine everything takes its time.
 */
const QUIET_MILLIS = 60_000;

/** Makes the connections under the probe's eyes and gives both books. */
export async function measure(plan: Plan, say: (line: string) => void): Promise<Measured> {
  const pair = createPair();
  try {
    const seen = createSeen();
    const errors: unknown[] = [];
    const probe = await startProbe({
      netns: Object.values(pair.names),
      ringBytes: plan.ringBytes,
      maxSockets: plan.maxSockets,
      onFlows: () => {},
      onEnded: seen.add,
      onError: (error) => errors.push(error),
    });
    const load = await startLoad(pair.names).catch(async (error) => {
      await probe.stop();
      throw error;
    });
    try {
      say(`${plan.connections} connections by ${plan.processes} processes`);
      const client = merged(
        await Promise.all(
          shares(plan).map((connections, i) =>
            load.run({
              address: i % 2 === 0 ? SERVER : SERVER_6,
              connections,
              rate: 0,
              parallel: plan.parallel,
              mix: MIX,
            }),
          ),
        ),
      );
      const server = await load.finish();
      const began = performance.now();
      await settled(sum(client.made) + sum(server.made), () => seen.count() + probe.counters().lost);
      const settleMillis = performance.now() - began;
      await probe.stop();
      if (errors.length > 0) throw errors[0];
      return { client, server, seen, counters: probe.counters(), settleMillis };
    } finally {
      load.stop();
      await probe.stop();
    }
  } finally {
    pair.close();
  }
}

/** As evenly as whole numbers can be. */
function shares({ connections, processes }: Plan): readonly number[] {
  return Array.from(
    { length: processes },
    (_, i) => Math.floor(((i + 1) * connections) / processes) - Math.floor((i * connections) / processes),
  );
}

/** Resolves when `reached` is `wanted`, or changes no more. */
async function settled(wanted: number, reached: () => number): Promise<void> {
  let last = reached();
  for (let since = performance.now(); last < wanted && performance.now() - since < QUIET_MILLIS; ) {
    await sleep(20);
    const now = reached();
    if (now !== last) since = performance.now();
    last = now;
  }
}
