import type { Injected } from './faults/fault.ts';
import type { Ledger } from './ledger.ts';
import type { LoadOptions } from './load.ts';
import type { Pod } from './model.ts';
import type { Journeys } from './service/protocol.ts';

export interface WorldOptions {
  /** Port of the API double on 127.0.0.1; 0, the default, takes a free one. */
  readonly apiPort?: number;
  /** Requests a client sends on one connection, 10 unless told; 1 makes every connection short. */
  readonly requestsPerConnection?: number;
  /** Told what is being done, one phrase a step. */
  readonly progress?: (step: string) => void;
  /** Remove the world and end when the process gets SIGINT, SIGTERM or SIGHUP; on unless `false`. */
  readonly handleSignals?: boolean;
}

export interface PodInfo extends Pod {
  /** Name of its network namespace. */
  readonly netns: string;
  readonly pid: number;
}

/** A live cluster in network namespaces. */
export interface World {
  readonly id: string;
  /** Glob over the names of exactly this world's network namespaces, nodes and pods. */
  readonly netnsPattern: string;
  readonly apiUrl: string;
  /** A Kubernetes List of the world, rewritten when it changes. */
  readonly objectsFile: string;
  readonly kubeconfigFile: string;
  pods(): readonly PodInfo[];
  /** Journeys per second from now on, open loop. */
  load(rate: number, options?: LoadOptions): Promise<void>;
  /** Issues so many journeys and waits for the last to end. */
  drive(rate: number, journeys: number, options?: LoadOptions): Promise<Journeys>;
  journeys(): Promise<Journeys>;
  /** Stops the load and waits until nothing is under way and every connection is closed. Throws FL-582. */
  quiesce(): Promise<void>;
  /** Exact once the world is quiet; before that, requests under way count as neither answered nor failed. */
  ledger(): Promise<Ledger>;
  /** Switches a fault on. Throws FL-621 for a fault or place there is not. */
  inject(fault: string, place?: string): Promise<Injected>;
  /** Removes everything. May be called again. */
  stop(): Promise<void>;
}
