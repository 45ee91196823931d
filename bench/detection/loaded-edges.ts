import { type Random, randomOf } from './random.ts';
import type { Span } from './vus-pr.ts';

/** Edges whose times follow their traffic, as those of real servers do: what is usual depends on the load. */
export interface Generated {
  readonly edges: number;
  /** Days and steps of a day; the last of `days` hold the episodes. */
  readonly quietDays: number;
  readonly testDays: number;
  readonly seed: string;
}

export const STEPS_OF_DAY = 288;

/** In the order of cause. */
export const CHANNELS = [
  { name: 'traffic', side: 'both' },
  { name: 'round trip', side: 'up' },
  { name: 'retransmits', side: 'up' },
  { name: 'errors', side: 'up' },
  { name: 'wait', side: 'up' },
  { name: 'latency', side: 'up' },
] as const;

export type Kind = 'slow service' | 'slow network' | 'errors' | 'packet loss' | 'slow reader';

export interface LoadedEdge {
  /** One series for each of `CHANNELS`. */
  readonly series: readonly Float64Array[];
  readonly episodes: readonly (Span & { readonly kind: Kind })[];
  /** How strongly its times follow its load; 0 for half of the edges. */
  readonly dependence: number;
}

const KINDS: readonly Kind[] = ['slow service', 'slow network', 'errors', 'packet loss', 'slow reader'];
/** Episodes of one edge over the days with episodes. */
const EPISODES = 3;
/** Steps of an episode: 20 minutes to 3 hours of steps of 5 minutes. */
const SHORTEST = 4;
const LONGEST = 36;
/** Chance of a surge of traffic at each step: two a day. They are no anomalies. */
const SURGES = 2 / STEPS_OF_DAY;

/**
 * Each edge has a daily cycle of traffic, wandering and surges; a capacity; times that rise with the load as a queue's (load over free
 * capacity), with a lag, as queues are worked off; noise that is larger where fewer requests are averaged; errors and
 * retransmits as counts. Its episodes change one cause and what follows from it.
 */
export function loadedEdge({ quietDays, testDays }: Generated, random: Random): LoadedEdge {
  const steps = (quietDays + testDays) * STEPS_OF_DAY;
  const episodes = episodesOf(quietDays * STEPS_OF_DAY, steps, random);
  const dependence = random.next() < 0.5 ? 0 : 0.3 + 1.2 * random.next();
  const mean = Math.exp(3 + 4 * random.next());
  const phase = random.next() * STEPS_OF_DAY;
  const swing = 0.2 + 0.4 * random.next();
  const usualLoad = 0.3 + 0.3 * random.next();
  const rates = { errors: 10 ** (-4 + 2 * random.next()), retransmits: 10 ** (-4 + 2 * random.next()) };
  const wander = [0.15, 0.05, 0.05].map((deviation) => wandering(random, deviation, 0.9));
  const series = CHANNELS.map(() => new Float64Array(steps));
  let surge = 0;
  let queue = usualLoad;
  for (let step = 0; step < steps; step++) {
    const episode = episodes.find(({ from, to }) => from <= step && step <= to);
    const factor = (kind: Kind) => (episode?.kind === kind ? episode.size : 0);
    surge = random.next() < SURGES ? surge + 0.3 + 0.7 * random.next() : 0.92 * surge;
    const cycle = swing * Math.sin((2 * Math.PI * (step + phase)) / STEPS_OF_DAY);
    const traffic = random.poisson(mean * Math.exp(cycle + surge + wander[0]!()));
    queue += 0.4 * ((usualLoad * traffic) / mean - queue);
    const load = Math.min(0.95, Math.max(0, queue));
    const noise = () => random.normal() * Math.sqrt(0.003 + 0.5 / Math.max(5, traffic));
    const followed = dependence * (load / (1 - load));
    const trip = Math.exp(wander[1]!() + noise()) * (1 + 0.5 * factor('slow network'));
    const wait = 0.3 * followed + 0.2 * factor('slow reader') + 0.1 * Math.exp(noise());
    const own = Math.exp(wander[2]!() + noise()) * (1 + 0.4 * factor('slow service'));
    const share = (rate: number, more: number) =>
      random.poisson(traffic * Math.min(1, rate + 0.01 * more)) / Math.max(1, traffic);
    const values = [
      Math.log(1 + traffic),
      Math.log(trip),
      share(rates.retransmits, factor('packet loss')),
      share(rates.errors * (1 + followed), factor('errors')),
      Math.log(wait),
      Math.log(own + wait + 0.3 * trip + 0.5 * followed + 0.3 * factor('packet loss')),
    ];
    values.forEach((value, channel) => {
      series[channel]![step] = value;
    });
  }
  return { series, episodes, dependence };
}

export function loadedEdges(parameters: Generated): LoadedEdge[] {
  const random = randomOf(parameters.seed);
  return Array.from({ length: parameters.edges }, () => loadedEdge(parameters, random));
}

/** Apart from one another, each of a size that is hard or easy to see. */
function episodesOf(from: number, to: number, random: Random) {
  const slot = Math.floor((to - from) / EPISODES);
  return Array.from({ length: EPISODES }, (_, i) => {
    const length = SHORTEST + Math.floor(random.next() * (LONGEST - SHORTEST));
    const start = from + i * slot + Math.floor(random.next() * (slot - length));
    const size = 0.3 + 0.7 * random.next();
    return { from: start, to: start + length - 1, kind: random.pick(KINDS), size };
  });
}

function wandering(random: Random, deviation: number, keep: number): () => number {
  let level = random.normal();
  return () => {
    level = keep * level + Math.sqrt(1 - keep * keep) * random.normal();
    return deviation * level;
  };
}
