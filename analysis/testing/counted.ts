import { type EdgeReader, type EdgeRow, type Period, WINDOW_MICROS } from '../../graph/index.ts';
import type { Choice, Evidence } from '../evidence.ts';
import { gather } from '../evidence.ts';
import { readWorld } from '../world.ts';
import { type Entry, Ledger } from './ledger.ts';
import type { Pod } from './shop.ts';
import { START } from './simulate.ts';

/** Windows of a world, from one to before another. */
export function windows(from: number, to: number): Period {
  return { from: START + from * WINDOW_MICROS, to: START + to * WINDOW_MICROS };
}

/** What one pod asks of another in a window: `times` and `served` are the milliseconds of each request. */
export interface Asked {
  readonly requests: number;
  readonly failed?: number;
  readonly times?: readonly number[];
  readonly served?: readonly number[];
  readonly lost?: number;
}

/** Segments of a request. */
const SEGMENTS = 8;

/** Traffic without chance: in each window every client asks every server exactly what is said. */
export function counted(
  count: number,
  calls: readonly {
    readonly clients: readonly Pod[];
    readonly servers: readonly Pod[];
    readonly port?: number;
    readonly asked: (window: number, client: Pod, server: Pod) => Asked;
  }[],
): EdgeRow[] {
  const ledger = new Ledger();
  for (let window = 0; window < count; window++) {
    for (const { clients, servers, port = 8080, asked } of calls)
      for (const client of clients)
        for (const server of servers)
          enter(
            ledger.entry(windows(window, window).from, client, server, port),
            asked(window, client, server),
          );
  }
  return ledger.rows();
}

function enter(entry: Entry, { requests, failed = 0, times = [], served = [], lost = 0 }: Asked): void {
  entry.requests += requests;
  entry.failed += failed;
  entry.segments += SEGMENTS * requests;
  entry.retransmits += lost;
  entry.latency.push(...times);
  entry.service.push(...served);
}

/** Both periods of a world as a question about all of it reads them. */
export async function gathered(
  reader: EdgeReader,
  period: Period,
  baseline: Period,
): Promise<{ readonly evidence: Evidence; readonly choice: Choice }> {
  const world = await readWorld(reader, { from: START, to: period.to }, null);
  const choice = { period, baseline, looked: 2, onset: true };
  return { evidence: await gather(reader, world, null, choice), choice };
}
