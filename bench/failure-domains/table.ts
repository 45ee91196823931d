import type { EdgeCounts } from '../../graph/index.ts';
import { BUCKETS, type Histogram } from '../../probe/index.ts';
import { FLAG } from './calls.ts';
import { PARAMETERS } from './parameters.ts';
import type { World } from './world.ts';

/** A world's calls in the order of their leaves and windows. */
export interface Table {
  /** Counts of some leaves in windows [from, to); `null` where nothing happened. */
  sum(leaves: readonly number[], from: number, to: number): EdgeCounts | null;
}

export function tableOf({ calls, leaves, windows }: World): Table {
  const cell = (i: number): number => calls.leaf[i]! * windows + calls.window[i]!;
  const starts = new Int32Array(leaves.length * windows + 1);
  for (let i = 0; i < calls.length; i++) starts[cell(i) + 1]!++;
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const order = new Int32Array(calls.length);
  const next = starts.slice();
  for (let i = 0; i < calls.length; i++) order[next[cell(i)]!++] = i;
  const times = { latency: dense(), wait: dense(), service: dense(), trip: dense() };

  return {
    sum: (members, from, to) => {
      let [refused, opened, requests, failed, lost] = [0, 0, 0, 0, 0];
      for (const leaf of members) {
        for (let at = starts[leaf * windows + from]!; at < starts[leaf * windows + to]!; at++) {
          const i = order[at]!;
          const flag = calls.flags[i]!;
          if (flag & FLAG.refused) {
            refused++;
            continue;
          }
          requests++;
          if (flag & FLAG.failed) failed++;
          lost += calls.lost[i]!;
          times.latency[calls.latency[i]!]!++;
          times.wait[calls.wait[i]!]!++;
          times.service[calls.service[i]!]!++;
          if (flag & FLAG.fresh) {
            opened++;
            times.trip[calls.trip[i]!]!++;
          }
        }
      }
      if (requests + refused === 0) return null;
      const trip = taken(times.trip);
      return {
        ...NOTHING,
        opened,
        closed: opened,
        refused,
        requests,
        failedRequests: failed,
        bytesSent: BYTES.sent * requests,
        bytesReceived: BYTES.received * requests,
        segments: PARAMETERS.segments * requests + lost,
        retransmits: lost,
        latency: taken(times.latency),
        wait: taken(times.wait),
        service: taken(times.service),
        rtt: trip,
        connect: trip,
      };
    },
  };
}

const BYTES = { sent: 500, received: 2000 };

const NOTHING = {
  timedOut: 0,
  unreachable: 0,
  resetByClient: 0,
  resetByServer: 0,
  untimed: 0,
  zeroWindows: 0,
  drops: 0,
  network: { buckets: [], counts: [] },
} as const;

const dense = () => new Uint32Array(BUCKETS);

/** The histogram of what was counted; counts from zero again afterwards. */
function taken(counted: Uint32Array): Histogram {
  const buckets: number[] = [];
  const counts: number[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (counted[bucket] === 0) continue;
    buckets.push(bucket);
    counts.push(counted[bucket]!);
  }
  counted.fill(0);
  return { buckets, counts };
}
