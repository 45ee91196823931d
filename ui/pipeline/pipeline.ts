import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Watch } from '../../analysis/index.ts';
import type { Change } from '../../enrich/index.ts';
import {
  type Assembly,
  createAssembly,
  type EdgeStore,
  type GaugeRow,
  gaugeRow,
  openStore,
  writeCapture,
} from '../../graph/index.ts';
import {
  type Feature,
  type Probe,
  type ProbeCounters,
  type ProbeOptions,
  startProbe,
} from '../../probe/index.ts';
import { onceUntilWell } from './complain.ts';
import { watchLevel } from './level.ts';
import { type ClusterSource, type Naming, nodeOfThisMachine, startNaming } from './naming.ts';
import { repeat } from './repeat.ts';
import { type Scoring, startScoring } from './scoring.ts';
import { shareStore } from './share.ts';

export interface PipelineOptions {
  /** File of the edge table; made when it is not there. */
  readonly store: string;
  /** Globs over the names of network namespaces; all namespaces when empty. */
  readonly netns: readonly string[];
  readonly source: ClusterSource;
  /** Whose clear text of TLS is read. */
  readonly tls?: ProbeOptions['tls'];
  /** Told of what is degraded, one line each. */
  readonly warn: (line: string) => void;
  /** Gives up the capabilities of this process that are not needed any more, for good. */
  readonly dropCapabilities?: boolean;
  /** Of these, what the rest of the process needs. */
  readonly keepCapabilities?: readonly string[];
}

/** Probe, names and edge table at work together. */
export interface Pipeline {
  readonly store: EdgeStore;
  readonly features: () => readonly Feature[];
  readonly counters: () => ProbeCounters;
  /** What is scored minute by minute. */
  readonly scores: () => Pick<Watch, 'past' | 'open'>;
  /** Nodes the cluster is known to have. */
  readonly nodes: () => readonly string[];
  /** Stops the probe, writes what is under way, gives the file free. */
  readonly stop: () => Promise<void>;
}

/** How often what was counted is written: a crash loses no more than this. */
const TICK_MILLIS = 1000;
/** Changes, and gauges, kept while the store cannot be written. */
const MAX_CHANGES = 10_000;
const MAX_GAUGES = 10_000;

/**
 * Starts everything and resolves when every program is attached and every snapshot is read.
 * @throws FaultlineError FL-1xx when the probe cannot run, FL-2xx names, FL-3xx the store
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { store: path, warn } = options;
  const fresh = !existsSync(path);
  const store = await openStore(path);
  const undo: (() => unknown)[] = [() => store.close()];
  try {
    const naming = await startNaming(options.source, warn);
    undo.unshift(naming.stop);
    const assembly = createAssembly(store);
    const { names } = naming;
    const gauges: GaugeRow[] = [];
    const probe = await startProbe({
      netns: options.netns,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      onFlows: (flows) => assembly.add(flows.map((flow) => names.name(flow))),
      onGauges: (read) => gauges.push(...read.map((gauge) => gaugeRow(gauge, names.ownerOf(gauge)))),
      onError: onceUntilWell(warn, 'FL-516: The probe stumbled and goes on'),
      dropCapabilities: options.dropCapabilities ?? false,
      keepCapabilities: options.keepCapabilities ?? [],
    });
    undo.unshift(() => probe.stop());
    const unshare = await shareStore(path, {
      reader: store,
      capture: (file, period) => writeCapture(store, file, period),
    });
    const scoring = await startScoring(store, warn);
    undo.unshift(scoring.stop);
    return running({ store, naming, probe, assembly, gauges, unshare, scoring, warn });
  } catch (cause) {
    for (const step of undo) await step();
    // A run that never began leaves no empty file behind.
    if (fresh) await rm(path, { force: true });
    throw cause;
  }
}

interface Parts {
  readonly store: EdgeStore;
  readonly naming: Naming;
  readonly probe: Probe;
  readonly assembly: Assembly;
  /** Read since the last tick. */
  readonly gauges: GaugeRow[];
  readonly unshare: () => void;
  readonly scoring: Scoring;
  readonly warn: (line: string) => void;
}

function running({ store, naming, probe, assembly, gauges, unshare, scoring, warn }: Parts): Pipeline {
  const { names } = naming;
  const probeNode = nodeOfThisMachine();
  const complain = onceUntilWell(warn, 'FL-515: The edge table cannot be written');
  const worstLevel = watchLevel();
  let changes: readonly Change[] = [];

  const tick = async (): Promise<void> => {
    try {
      changes = [...changes, ...names.takeChanges()].slice(-MAX_CHANGES);
      if (changes.length > 0) await store.addChanges(changes);
      changes = [];
      gauges.splice(0, Math.max(0, gauges.length - MAX_GAUGES));
      const read = [...gauges];
      if (read.length > 0) await store.append({ rows: [], gauges: read });
      gauges.splice(0, read.length);
      const counters = probe.counters();
      await assembly.tick(Date.now() * 1000, {
        lost: counters.lost,
        level: worstLevel(counters),
        expectedNodes: names.nodes(),
        probeNode,
      });
      complain(null);
    } catch (cause) {
      complain(cause);
    }
  };

  const ticking = repeat(tick, TICK_MILLIS);
  return {
    store,
    features: () => [...probe.features, ...naming.states()],
    counters: () => probe.counters(),
    scores: () => scoring.watch,
    nodes: () => names.nodes(),
    async stop() {
      await ticking.stop();
      await scoring.stop();
      await probe.stop();
      await naming.stop();
      await tick();
      try {
        await assembly.flush();
      } finally {
        unshare();
        await store.close();
      }
    },
  };
}
