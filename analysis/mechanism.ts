import type { EdgeCounts } from '../graph/index.ts';
import { quantile } from '../probe/index.ts';
import type { Mechanism, TimeSplit } from './finding.ts';
import { type Measure, SERVED } from './measure.ts';
import { SHARE_FACTOR } from './thresholds.ts';

/** What is known of the traffic inside a domain. */
export interface Inside {
  readonly measure: Measure;
  readonly now: EdgeCounts;
  readonly before: EdgeCounts;
  /** Share of the added service time that was not spent waiting for dependencies, 0..1. */
  readonly ownService: number;
  /** Share of events that are bad beyond what was expected. */
  readonly excessRate: number;
  /** Requests a second now, in the baseline. */
  readonly rate: number;
  readonly usualRate: number;
  /** Whether packets are lost there beyond the baseline. */
  readonly lossy: boolean;
  /** Whether requests wait longer there before the server reads them. */
  readonly waiting: boolean;
  /** Whether the server lives outside the cluster. */
  readonly outside: boolean;
}

/** A part of the added time that decides what happened. */
const HALF = 0.5;
/** A part of the added time that is worth a name. */
const FIFTH = 0.2;
/** A request is hardly ever slow by less than this share of slow requests, the quantile needs some of them. */
const LEAST_SHARE = 0.02;

/**
 * Where the added time of a slow request went: with a share x of the requests slow, the median slow one is the
 * quantile 1 - x/2 of all, now and then. Wait and service are measured at the server, the network is what the client
 * saw beyond them. Service is the server's own: what it spent waiting for its dependencies is theirs.
 */
export function splitOf({ now, before, excessRate, ownService }: Inside): TimeSplit {
  const q = 1 - Math.min(1, Math.max(LEAST_SHARE, excessRate)) / 2;
  const added = (time: 'latency' | 'wait' | 'service' | 'rtt' | 'connect'): number | null => {
    const [is, was] = [quantile(now[time], q), quantile(before[time], q)];
    return is === null || was === null ? null : (is - was) / 1000;
  };
  const [latency, wait, service] = [added('latency'), added('wait'), added('service')];
  const trip = added('connect') ?? added('rtt');
  const network = latency === null ? trip : service === null ? null : latency - service - (wait ?? 0);
  return {
    service: service === null ? null : service * ownService,
    wait,
    network: network === null ? null : Math.max(0, network),
  };
}

export function mechanismOf(inside: Inside, split: TimeSplit): Mechanism {
  const { measure, now, before } = inside;
  switch (measure.name) {
    case 'connect failures': {
      const refused = now.refused - before.refused * scale(now, before);
      const silent =
        now.timedOut + now.unreachable - (before.timedOut + before.unreachable) * scale(now, before);
      if (refused >= silent) return 'refused';
      // Who does not come to reading what has arrived does not come to accepting either: the queue is full, not the way cut.
      return inside.waiting ? 'overload' : 'unreachable';
    }
    case 'retransmits':
      return 'network loss';
    case 'errors':
      return inside.outside ? 'dependency' : 'errors';
    case 'resets':
      return 'resets';
    case 'rtt':
    case 'connect time':
      return inside.lossy ? 'network loss' : 'network latency';
    case 'wait':
      return 'overload';
    case 'latency':
      return slowness(inside, split);
  }
}

/** Whether most of the added time was spent at the server, as it measured it. */
export function spentAtServer({ service, wait, network }: TimeSplit): boolean {
  return service !== null && service + (wait ?? 0) > (network ?? 0);
}

function slowness(inside: Inside, split: TimeSplit): Mechanism {
  const { now, before, outside, lossy } = inside;
  if (split.service === null) {
    const trips = (['connect', 'rtt'] as const).map(
      (time) => ((quantile(now[time], HALF) ?? 0) - (quantile(before[time], HALF) ?? 0)) / 1000,
    );
    const added = ((quantile(now.latency, HALF) ?? 0) - (quantile(before.latency, HALF) ?? 0)) / 1000;
    if (lossy) return 'network loss';
    if (added > 0 && Math.max(...trips) >= HALF * added) return 'network latency';
    return outside ? 'dependency' : 'slow service';
  }
  const service = Math.max(0, split.service);
  const wait = Math.max(0, split.wait ?? 0);
  // What is told by the time servers took has no part on the way, whatever clients saw there.
  const network = inside.measure === SERVED ? 0 : (split.network ?? 0);
  const whole = service + wait + network;
  if (network >= HALF * whole) return lossy ? 'network loss' : 'network latency';
  const busier = inside.rate >= SHARE_FACTOR * inside.usualRate && inside.usualRate > 0;
  if (wait >= FIFTH * whole && busier) return 'overload';
  // Where the server hardly computes longer and the way takes less than half, the rest is time before it reads.
  return service < FIFTH * whole ? 'overload' : 'slow service';
}

/** How much more was attempted now than then. */
function scale(now: EdgeCounts, before: EdgeCounts): number {
  const all = (c: EdgeCounts): number => c.opened + c.refused + c.timedOut + c.unreachable;
  return all(before) > 0 ? all(now) / all(before) : 0;
}
