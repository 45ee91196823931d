import type { Range } from './draw.ts';

/** What a case is about. */
export const KINDS = [
  'tag',
  'conjunction',
  'pair',
  'several',
  'confounded',
  'outside',
  'mix',
  'quiet',
] as const;
export type Kind = (typeof KINDS)[number];

/**
 * What worlds are drawn from: everything not named here follows from the seed. Ranges of counts and times are drawn
 * uniformly, those of rates and shares on a logarithmic scale.
 */
export const PARAMETERS = {
  zones: [2, 3],
  nodesPerZone: [2, 3],
  /** Workloads that the entry calls, that those call, and that these call. */
  callers: [2, 3],
  servers: [3, 5],
  stores: [1, 2],
  replicas: [2, 7],
  /** Share of workloads that run two versions side by side. */
  twoVersions: 0.5,
  /** Chance that an answer needs a call. */
  callChance: [0.4, 1],
  /** Requests a second that enter. */
  load: [15, 40],
  /** Windows of 10 s before the onset, and from it on. */
  pastWindows: [12, 18],
  nowWindows: [6, 9],
  /** Standard deviation of the logarithm of how much more often one pod is asked than another. */
  uneven: 0.35,
  /** Share of calls that open a connection of their own. */
  fresh: 0.3,
  /** Median milliseconds a server computes by itself, and the standard deviation of the logarithm. */
  ownMillis: [0.5, 10],
  ownSpread: 0.45,
  /** Share of requests of any pod that meet a pause of up to 40 ms. */
  pauses: 0.002,
  /** Share of requests that fail in quiet times, and the standard deviation of its logarithm from pod to pod. */
  failures: [0.0003, 0.006],
  failuresByPod: 0.3,
  /** Over-dispersion: standard deviations of the logarithm by which times and failure rates wander, common to all and by pod. */
  wanderOfTimes: [0.04, 0.2],
  wanderOfFailures: [0.1, 0.6],
  /** Seconds such a wander lasts. */
  wanderSeconds: 20,
  /** Share of segments lost in quiet times; segments of a request. */
  loss: 0.00005,
  segments: 8,

  /** Effects inside a domain. Share of requests that fail, of connects that are refused, of segments lost. */
  fails: [0.03, 0.5],
  refuses: [0.1, 0.7],
  loses: [0.01, 0.05],
  /** Share of requests that are slower, and by how many milliseconds in the mean. */
  slows: [0.3, 1],
  slowerMillis: [25, 120],
  causes: [2, 3],
  /** Share of causes on a version that begin with its rollout: its pods were never seen before. */
  rollouts: 0.3,
  /** A mix shift: how many times worse the one part always was, and how many times more traffic it gets. */
  worse: [4, 12],
  more: [3, 8],
} as const satisfies Record<string, Range | number>;
