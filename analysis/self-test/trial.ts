import { type EdgeReader, type Leaf, type Period, WINDOW_MICROS, workloadOf } from '../../graph/index.ts';
import { type Candidate, candidatesOf } from '../digest/candidates.ts';
import { FALSE_DISCOVERIES } from '../digest/index.ts';
import { only, readSlice, SLICE_MICROS } from '../digest/slices.ts';
import { stretchesOf } from '../digest/stretches.ts';
import { groupBy } from '../group.ts';
import { edgeId, nodeId } from '../keys.ts';
import { adjusted } from '../statistics/false-discoveries.ts';
import type { Random } from '../statistics/random.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';
import { addedBy, type SyntheticFault } from './faults.ts';
import { type Injection, injected } from './injected.ts';

/** How long a fault of the test lasts, and how far before its end it is looked for: the middle of a slice. */
const FAULT_MICROS = 600_000_000;

/** A part of a workload that may be hit. */
interface Target {
  readonly workload: string;
  readonly value: string;
  readonly leaves: readonly Leaf[];
}

/** One stretch of the day, to put faults into. */
export interface Stage {
  readonly reader: EdgeReader;
  readonly slice: Period;
  readonly fault: Period;
  readonly range: Period;
  /** Tests of one night, for the control of false discoveries. */
  readonly tests: number;
}

export function stageAt(reader: EdgeReader, slice: Period, range: Period, tests: number): Stage {
  const from = slice.from + Math.floor((SLICE_MICROS - FAULT_MICROS) / 2 / WINDOW_MICROS) * WINDOW_MICROS;
  return { reader, slice, range, tests, fault: { from, to: from + FAULT_MICROS } };
}

/**
 * Puts a fault into one random part of the day's traffic and looks whether the night's analysis accuses that workload's
 * that part. `null` where nothing there answers enough requests to be hit. Callers do not notice in this test: real
 * faults are seen on more edges and so rather better.
 */
export async function caught(stage: Stage, fault: SyntheticFault, random: Random): Promise<boolean | null> {
  const targets = targetsOf(await stage.reader.leaves(stage.fault), fault.part);
  if (targets.length === 0) return null;
  const target = random.pick(targets);
  const injections = await injectionsOf(stage, fault, target, random);
  const slice = await readSlice(injected(stage.reader, injections), stage.slice, stage.range);
  if (slice === null) return null;
  const kept =
    slice.seen > slice.world.edges.length
      ? only(
          stage.reader,
          slice.world.edges.map(({ key }) => key),
        )
      : stage.reader;
  const reader = injected(kept, injections);
  const candidates: Candidate[] = [];
  for (const stretch of stretchesOf(slice.world, slice.start)) {
    candidates.push(...(await candidatesOf(reader, slice.world, stretch, stage.slice.to)));
  }
  const rates = adjusted(
    candidates.map(({ p }) => p),
    stage.tests,
  );
  return candidates.some((one, i) => rates[i]! <= FALSE_DISCOVERIES && accuses(one, fault, target));
}

function targetsOf(leaves: readonly Leaf[], part: SyntheticFault['part']): Target[] {
  const groups = groupBy(
    leaves.filter(({ server }) => server.tags[part] !== undefined),
    ({ server }) => `${nodeId(workloadOf(server))} ${server.tags[part]}`,
  );
  return [...groups.values()]
    .filter((own) => own.reduce((sum, { counts }) => sum + counts.requests, 0) >= ENOUGH_EVENTS)
    .map((own) => ({
      workload: nodeId(workloadOf(own[0]!.server)),
      value: own[0]!.server.tags[part]!,
      leaves: own,
    }));
}

async function injectionsOf(
  { reader, fault: { from, to } }: Stage,
  fault: SyntheticFault,
  target: Target,
  random: Random,
): Promise<Injection[]> {
  const edges = target.leaves.map(edgeOfLeaf);
  const unique = [...new Map(edges.map((edge) => [edgeId(edge), edge])).values()];
  const injections: Injection[] = [];
  for (let window = from; window < to; window += WINDOW_MICROS) {
    for (const leaf of await reader.leaves({ from: window, to: window + WINDOW_MICROS }, unique)) {
      if (nodeId(workloadOf(leaf.server)) !== target.workload) continue;
      if (leaf.server.tags[fault.part] !== target.value) continue;
      injections.push({ leaf, edge: edgeId(edgeOfLeaf(leaf)), window, added: addedBy(fault, leaf, random) });
    }
  }
  return injections;
}

function edgeOfLeaf({ client, server, port }: Leaf) {
  return { client: workloadOf(client), server: workloadOf(server), port };
}

/** The right workload, and the right part of it among what cannot be told apart; all of it where it has one part. */
function accuses({ finding, accused }: Candidate, { part }: SyntheticFault, target: Target): boolean {
  if (finding === null || accused !== target.workload) return false;
  const domains = [finding.domain, ...finding.aliases];
  const named = domains.some((domain) =>
    domain.some(({ side, tag, value }) => side === 'server' && tag === part && value === target.value),
  );
  return named || finding.domain.length === 0;
}
