import type { EdgeKey, NodeKey, Period } from '../graph/index.ts';

export type Side = 'client' | 'server';

/** One tag value on one end of an edge. A failure domain is a conjunction of them. */
export interface DomainTag {
  readonly side: Side;
  readonly tag: string;
  readonly value: string;
}

export type SignalName =
  | 'errors'
  | 'latency'
  | 'connect failures'
  | 'resets'
  | 'retransmits'
  | 'round trip'
  | 'wait before read'
  | 'traffic'
  | 'vanished'
  | 'dns failures'
  | 'zero windows'
  | 'drops';

export interface Signal {
  readonly edge: EdgeKey;
  readonly signal: SignalName;
  readonly was: number | null;
  readonly is: number | null;
  /** `ms`, `share`, `per second`. */
  readonly unit: string;
  readonly requests: number;
  readonly p: number;
}

export type Mechanism =
  | 'slow service'
  | 'errors'
  | 'overload'
  | 'network loss'
  | 'network latency'
  | 'refused'
  | 'unreachable'
  | 'resets'
  | 'dependency';

export interface Count {
  readonly bad: number;
  readonly total: number;
  /** bad / total, 0 when total is 0. */
  readonly rate: number;
}

/** Where the added time of a slow request went, median milliseconds now less then; `null` where it was not measured. */
export interface TimeSplit {
  readonly service: number | null;
  readonly wait: number | null;
  readonly network: number | null;
}

/** What changed before a cause showed. */
export type StateChangeKind =
  | 'rollout'
  | 'scaling'
  | 'restart'
  | 'placement'
  | 'configuration'
  | 'node'
  | 'traffic'
  | 'network path'
  | 'dependency';

export interface StateChange {
  readonly kind: StateChangeKind;
  /** One phrase: `payment v2.11 → v2.12`, `requests 40 → 130 a second`. */
  readonly what: string;
  /** Microseconds since the epoch; `null` where the numbers show that it holds and nothing says since when. */
  readonly at: number | null;
  /** An event the cluster told of, or something the edge table shows by itself. */
  readonly source: 'recorded' | 'measured';
  /** Why it is believed to be behind it, in one phrase. */
  readonly evidence: string;
  /** Of traffic: the callers that sent more by themselves, largest first. */
  readonly senders?: readonly NodeKey[];
}

/** What users notice of a cause. */
export interface Impact {
  /** The felt signal furthest up from the origin; `null` where nothing that is felt left its baseline. */
  readonly signal: Signal | null;
  /** Events of that signal beyond what was expected, among all. */
  readonly hit: number;
  readonly total: number;
  /** Workloads that wait for the origin, by the share of their requests that is hit. */
  readonly workloads: readonly (NodeKey & { readonly share: number })[];
}

/** Origin, domain, mechanism and the evidence for them, with what was ruled out. Data, not text. */
export interface Finding {
  readonly rank: number;
  readonly origin: EdgeKey | NodeKey;
  /** Empty: no tag explains it. */
  readonly domain: readonly DomainTag[];
  /**
   * What the domain is a part of: what goes into the origin's workload, what goes out of it, or all traffic, whoever the ends
   * belong to.
   */
  readonly scope: Side | 'place';
  /**
   * Which ends must have the tags: `either` when the place (or the path between two) is hit whichever end is there,
   * `border` when only what crosses the place's border is. Left out where the tags hold as they stand.
   */
  readonly ends?: 'either' | 'border';
  /** Domains the data cannot tell apart from `domain`. */
  readonly aliases: readonly (readonly DomainTag[])[];
  readonly mechanism: Mechanism;
  readonly signal: SignalName;
  /**
   * That origin, domain (or one of its aliases) and mechanism are all three right, 0..1: a posterior over what else was
   * considered and over none of it.
   */
  readonly probability: number;
  /** Share of the excess that lies inside the domain, 0..1. */
  readonly explains: number;
  readonly inside: Count;
  /** Comparable traffic outside the domain; with an empty domain, the same traffic in the baseline. */
  readonly outside: Count;
  /** What else the same cause does, each with its own counts: a version that is slow and fails now and then. */
  readonly also: readonly { readonly signal: SignalName; readonly inside: Count; readonly outside: Count }[];
  /** Rate ratio inside to outside with its 95 % interval. */
  readonly ratio: { readonly estimate: number; readonly low: number; readonly high: number | null };
  readonly p: number;
  /** Microseconds since the epoch. */
  readonly onset: number;
  readonly change: { readonly kind: string; readonly what: string; readonly at: number } | null;
  /** What changed before it showed; `null`: none found. */
  readonly stateChange: StateChange | null;
  /** What showed first, and where. */
  readonly firstSymptom: { readonly edge: EdgeKey; readonly signal: SignalName; readonly at: number } | null;
  readonly impact: Impact;
  readonly counterfactual: { readonly signal: string; readonly is: number; readonly would: number } | null;
  readonly split: TimeSplit | null;
  readonly ruledOut: readonly { readonly domain: readonly DomainTag[]; readonly because: string }[];
  /** SQL that gives the rows the counts come from. */
  readonly rows: string;
}

export interface ReportCoverage {
  readonly seen: number;
  readonly lost: number;
  readonly unresolved: number;
  readonly nodesReporting: number;
  readonly nodesExpected: number;
  /** Spans without any report inside the period. */
  readonly gaps: readonly Period[];
  /** Nodes the cluster has and nobody watched at the end of the period. */
  readonly silent?: readonly string[];
  /** Shares of the reporting nodes' windows in which requests were not read but taken from turns, or not looked at. */
  readonly turnsOnly?: number;
  readonly connectionsOnly?: number;
}

export type Verdict = 'anomalous' | 'healthy' | 'not enough data';

/** The answer to "why is SERVICE slow". Times are microseconds since the epoch; renderers turn them into text. */
export interface Report {
  readonly service: NodeKey;
  readonly period: Period;
  readonly baseline: Period;
  readonly verdict: Verdict;
  /** What was missing when the verdict is `not enough data`: "12 requests since 03:04, 20 needed". */
  readonly missing: string | null;
  readonly signals: readonly Signal[];
  readonly findings: readonly Finding[];
  /** Workloads hit by it, by share of their requests. */
  readonly blastRadius: readonly (NodeKey & { readonly share: number })[];
  /** Workloads looked at and found innocent, with the reason. */
  readonly exonerated: readonly (NodeKey & { readonly because: string })[];
  /** The service's own client-seen latency in ms, now and in the baseline. */
  readonly health: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly wasP50: number | null;
    readonly wasP99: number | null;
    readonly errorRate: number | null;
    readonly wasErrorRate: number | null;
  };
  readonly coverage: ReportCoverage;
}
