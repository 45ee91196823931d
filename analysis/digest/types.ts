import type { NodeKey, Period } from '../../graph/index.ts';
import type { ObservedEvent } from '../events/index.ts';
import type { Finding, ReportCoverage, Signal } from '../finding.ts';

/** How much an incident matters: users felt it widely, felt it somewhere, or did not. */
export type Severity = 'high' | 'medium' | 'low';

/** Anomalies of a night that belong together: one cause, found the way `why` finds it. */
export interface Incident {
  /** The same for the same cause at the same time, whoever asks. */
  readonly id: string;
  /** The cause first; further ones where the same traffic shows several. Empty: nothing recorded explains it. */
  readonly findings: readonly Finding[];
  /** Signals of the edges it sits on and of those that wait for them, what users feel first. */
  readonly signals: readonly Signal[];
  /** Microseconds since the epoch; `lastSeen` is when its signals were back where they had been. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Still raised at the end of the night. */
  readonly open: boolean;
  readonly severity: Severity;
  /** The change of the accused workload with which it ended. */
  readonly ended: { readonly kind: string; readonly what: string; readonly at: number } | null;
  /** Workloads hit, the worst first. */
  readonly services: readonly NodeKey[];
  /** Workload whose report tells more. */
  readonly home: NodeKey;
  /** Share of false ones to expect among this incident and all that are surer than it (Benjamini-Yekutieli). */
  readonly falseDiscoveryRate: number;
  /** Nights before this one on which the same happened at the same time of day, newest first; microseconds. */
  readonly before: readonly number[];
}

/** What happened in one night, ranked. */
export interface Digest {
  readonly night: Period & { readonly zone: string };
  readonly incidents: readonly Incident[];
  /** What happens every night at this time, and is known by that. */
  readonly silenced: readonly Incident[];
  /** Whether nothing is to be told. */
  readonly quiet: boolean;
  readonly edges: {
    /** Edges with traffic, and those of them that were looked at. */
    readonly seen: number;
    readonly watched: number;
  };
  /** What was new, what went, and what else is worth knowing beside anomalies. */
  readonly events: readonly ObservedEvent[];
  /** Expected number of false ones among the incidents told. */
  readonly expectedFalse: number;
  readonly coverage: ReportCoverage;
}
