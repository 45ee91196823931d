import type { DomainTag, Mechanism } from '../../../analysis/index.ts';
import type { NodeKey } from '../../../graph/index.ts';
import type { RunningCluster } from '../running.ts';

/** What is really broken, in the words a finding uses. */
export interface Truth {
  /**
   * Where it starts. `server` and `port` are absent for faults of nodes and of the network, which start at every edge
   * they lie on; `client` is present only where the fault is between the two.
   */
  readonly origin: { readonly client?: NodeKey; readonly server?: NodeKey; readonly port?: number };
  /** The failure domain; `[]` when no tag of the origin's ends tells the broken part from the rest. */
  readonly domain: readonly DomainTag[];
  /** Domains nobody could tell from it in this world, at the fault's origin: a right finding names them all. */
  readonly aliases: readonly (readonly DomainTag[])[];
  /** Other domains that are right answers by themselves. */
  readonly alsoRight: readonly (readonly DomainTag[])[];
  /** Any of these is a right name for how it shows. */
  readonly mechanisms: readonly Mechanism[];
}

export interface Injection {
  /** `null`: nothing is broken. */
  readonly truth: Truth | null;
  undo(): Promise<void>;
}

export interface Injected extends Injection {
  readonly fault: string;
  readonly place: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Fault {
  /** One sentence for the list. */
  readonly summary: string;
  /** Where it can be; the first is taken when none is named. */
  readonly places: readonly string[];
  inject(running: RunningCluster, place: string): Promise<Injection>;
}
