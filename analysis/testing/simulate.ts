import type { Change } from '../../enrich/index.ts';
import { type EdgeRow, WINDOW_MICROS } from '../../graph/index.ts';
import { combined, type Fault } from './faults.ts';
import { Ledger } from './ledger.ts';
import { noiseOf } from './noise.ts';
import { type Random, randomOf } from './random.ts';
import { type Pod, type Shop, shopOf } from './shop.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly shop?: Shop;
  /** Seconds of the world, and when its faults begin. */
  readonly seconds: number;
  readonly onset?: number;
  readonly faults?: readonly Fault[];
  /** Requests a second from the load generator. */
  readonly load?: number;
  /** Standard deviation of the logarithm by which all times wander together. */
  readonly wander?: number;
  readonly changes?: readonly Change[];
}

/** Start of every world: a whole window. */
export const START = 1_790_000_000_000_000;

const CONNECT_TIMEOUT_MS = 1_000;
const RETRANSMIT_MS = 200;
const PAUSE_MS = 40;
const SEGMENTS = 8;
const BACKGROUND_LOSS = 0.00002;
/** Share of calls that open a connection of their own. */
const FRESH = 0.3;

/**
 * A small shop, request by request: replicas chosen at random, times log-normal and wandering, failures and delays
 * handed up to the caller as they would be. What comes out are the rows of an edge table.
 */
export function simulate(options: WorldOptions): EdgeRow[] {
  const { seed, seconds, onset = Number.POSITIVE_INFINITY, faults = [], load = 30, wander = 0.15 } = options;
  const shop = options.shop ?? shopOf();
  const random = randomOf(seed);
  const noise = noiseOf(random, wander);
  const ledger = new Ledger();
  const source = shop.pods.get('loadgenerator')!;
  for (let second = 0; second < seconds; second++) {
    const active = faults.filter(({ from = onset, to = seconds }) => second >= from && second < to);
    noise.step();
    const drift = 1 + 0.3 * Math.sin(second / 300 + seed);
    const rate = active.reduce((product, fault) => product * (fault.load ?? 1), load * drift);
    const window = START + Math.floor((second * 1_000_000) / WINDOW_MICROS) * WINDOW_MICROS;
    const moment: Moment = { shop, random, noise, ledger, active, window };
    for (let n = random.poisson(rate); n > 0; n--) call(moment, random.pick(source), 'frontend');
  }
  return ledger.rows();
}

interface Moment {
  readonly shop: Shop;
  readonly random: Random;
  readonly noise: ReturnType<typeof noiseOf>;
  readonly ledger: Ledger;
  readonly active: readonly Fault[];
  readonly window: number;
}

/** One call: milliseconds the client waited, and whether it got an answer it could use. */
function call(
  moment: Moment,
  client: Pod,
  name: string,
): { readonly took: number; readonly failed: boolean } {
  const { shop, random, noise, ledger, active, window } = moment;
  const workload = shop.workloads.get(name)!;
  const server = random.pick(shop.pods.get(name)!);
  const effect = combined(active, client, server);
  const entry = ledger.entry(window, client, server, workload.port);
  const distance = client.node === server.node ? 0.1 : client.zone === server.zone ? 0.25 : 0.6;
  const trip = distance * Math.exp(0.2 * random.normal()) * noise.all + effect.delay;

  if (random.next() < effect.refuses) {
    entry.refused++;
    return { took: trip, failed: true };
  }
  if (random.next() < effect.drops) {
    entry.timedOut++;
    return { took: CONNECT_TIMEOUT_MS, failed: true };
  }
  if (random.next() < FRESH) {
    entry.opened++;
    entry.closed++;
    entry.connect.push(trip);
  }
  const lost = random.poisson(SEGMENTS * (effect.loss + BACKGROUND_LOSS));
  const network = trip + lost * RETRANSMIT_MS;

  let service =
    (workload.own * Math.exp(0.4 * random.normal()) * effect.factor + effect.slower * random.next() * 2) *
    noise.all *
    noise.of(server);
  if (random.next() < 0.002) service += 40 * random.next();
  const paused = effect.paused > 0 && random.next() < effect.paused ? PAUSE_MS * random.next() : 0;
  const wait = paused + 0.05 * Math.exp(0.5 * random.normal()) * noise.all + effect.wait * random.next() * 2;
  let failed = random.next() < Math.max(effect.fails, 0.0005);
  for (const [next, chance, behalf = client.workload] of workload.calls) {
    if (behalf !== client.workload || random.next() >= chance) continue;
    const { repeats } = combined(active, server, shop.pods.get(next)![0]!);
    for (let n = 0; n < repeats; n++) {
      const answer = call(moment, server, next);
      service += answer.took;
      // The page does without an advertisement.
      if (next !== 'ad') failed ||= answer.failed;
    }
  }
  const late = effect.late > 0 && random.next() < effect.late ? PAUSE_MS * random.next() : 0;
  const took = network + wait + service + late;
  if (random.next() < effect.resets) {
    entry.reset++;
    failed = true;
  }
  entry.requests++;
  if (failed) entry.failed++;
  entry.segments += SEGMENTS + lost;
  entry.retransmits += lost;
  entry.latency.push(took);
  entry.wait.push(wait);
  entry.service.push(service);
  if (random.next() < FRESH) entry.rtt.push(trip);
  return { took, failed };
}
