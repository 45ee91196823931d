import type { EdgeCounts } from '../../graph/index.ts';
import { attempts, type TimeName } from '../counts.ts';
import type { SignalName } from '../finding.ts';
import { MEASURES, type Measure, type MeasureName } from '../measure.ts';

/**
 * One quantity of an edge that is watched. Four families, by what their noise is like:
 * `share`: bad among all events, beta-binomial; `slow`: the same, bad being slower than the past's threshold;
 * `level`: the mean logarithm of a time, normal around a wandering level; `more` and `less`: events a step, gamma-Poisson.
 */
export type Family = 'share' | 'slow' | 'level' | 'more' | 'less';

export type ChannelName =
  | MeasureName
  | 'zero windows'
  | 'drops'
  | 'latency shift'
  | 'wait shift'
  | 'rtt shift'
  | 'connect time shift'
  | 'more traffic'
  | 'less traffic';

interface Common {
  readonly name: ChannelName;
  readonly signal: SignalName;
  /** Intra-step correlation (share, slow), squared variation (more, less) or variance (level) until the past shows its own. */
  readonly priorDispersion: number;
  /** Least of the same that is ever believed: a past that never varied is no proof that it cannot. */
  readonly leastDispersion: number;
  /** Standard deviation, relative (share, slow, more, less) or of the logarithm (level), of what an hour never seen may bring. */
  readonly priorSeason: number;
  /** Rise of a share that matters to nobody. */
  readonly floor: number;
}

export type Channel = Common &
  (
    | {
        readonly family: 'share';
        readonly bad: (counts: EdgeCounts) => number;
        readonly total: (counts: EdgeCounts) => number;
      }
    | { readonly family: 'slow' | 'level'; readonly time: TimeName }
    | { readonly family: 'more' | 'less' }
  );

/** Standard deviation of a day's rhythm of failures and slow requests, relative to their rate. */
const SHARE_SEASON = 0.5;
/** Traffic of an hour never seen may well be half or twice that of the hours before. */
const TRAFFIC_SEASON = 0.7;
/** Times of an hour never seen: a fifth more or less. */
const LEVEL_SEASON = 0.2;
/** Between minutes, levels of times on shared machines wander by some tens of percent. */
const LEVEL_WANDER = 0.04;
/** Half the width of a bucket of the histograms, squared: finer differences were never recorded. */
const BUCKET_VARIANCE = 0.03 ** 2;
/** A variation coefficient of 0.3 between minutes of traffic. */
const TRAFFIC_WANDER = 0.09;

const SHIFTS = {
  latency: 'latency shift',
  wait: 'wait shift',
  rtt: 'rtt shift',
  'connect time': 'connect time shift',
} as const;

function fromMeasure(measure: Measure): Channel[] {
  const common = {
    signal: measure.signal,
    priorDispersion: measure.priorCorrelation,
    floor: measure.floor,
    priorSeason: SHARE_SEASON,
  };
  if (measure.kind === 'share') {
    const { sample } = measure;
    return [
      {
        ...common,
        family: 'share',
        name: measure.name,
        leastDispersion: 1e-5,
        bad: (counts) => sample(counts).bad,
        total: (counts) => sample(counts).total,
      },
    ];
  }
  const { name, time } = measure;
  const shift = SHIFTS[name as keyof typeof SHIFTS];
  return [
    { ...common, family: 'slow', name, time, leastDispersion: 1e-4 },
    {
      ...common,
      family: 'level',
      name: shift,
      time,
      priorDispersion: LEVEL_WANDER,
      leastDispersion: BUCKET_VARIANCE,
      priorSeason: LEVEL_SEASON,
    },
  ];
}

/** Packets of an end that had no room, or that a kernel dropped, among the segments of both ends. */
function packets(name: 'zero windows' | 'drops', field: 'zeroWindows' | 'drops'): Channel {
  return {
    family: 'share',
    name,
    signal: name,
    priorDispersion: 0.002,
    leastDispersion: 1e-5,
    priorSeason: SHARE_SEASON,
    floor: 0.005,
    bad: (counts) => Math.min(counts[field], counts.segments),
    total: (counts) => counts.segments,
  };
}

const traffic = (family: 'more' | 'less'): Channel => ({
  family,
  name: `${family} traffic`,
  signal: 'traffic',
  priorDispersion: TRAFFIC_WANDER,
  leastDispersion: 1e-3,
  priorSeason: TRAFFIC_SEASON,
  floor: 0,
});

/** Everything that is watched of an edge; the place in this list is part of the format of saved scores. */
export const CHANNELS: readonly Channel[] = [
  ...MEASURES.flatMap(fromMeasure),
  packets('zero windows', 'zeroWindows'),
  packets('drops', 'drops'),
  traffic('more'),
  traffic('less'),
];

/** Questions are asked of port 53 by programs that speak DNS. */
const DNS_PORT = 53;

/** What people call the signal of a channel on an edge. */
export function signalName({ name, signal }: Channel, port: number): SignalName {
  return name === 'errors' && port === DNS_PORT ? 'dns failures' : signal;
}

/** Requests, or connections where no request was seen. */
export function trafficOf(counts: EdgeCounts): number {
  return Math.max(counts.requests, attempts(counts));
}
