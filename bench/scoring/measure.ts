import { createScorer } from '../../analysis/index.ts';
import type { Edge } from '../../graph/index.ts';
import { EdgeStream, habits, MONDAY } from './generate.ts';

const MINUTE = 60_000_000;
const HOUR = 3_600_000_000;
/** Different minutes that take turns: making them is dearer than scoring them. */
const MINUTES = 3;
/** The past: a minute an hour for a day, so that every slot of the day and every channel has one. */
const PAST_STEPS = 25;
const SEED = 7;

export interface Size {
  readonly edges: number;
  /** Processor time of one step of all edges, seconds, median. */
  readonly secondsPerStep: number;
  readonly nanosPerEdge: number;
  /** Wall time of the same on this machine as loaded as it was. */
  readonly wallSecondsPerStep: number;
  /** Processor time of a step that begins an hour: what was quiet becomes past, seasons are estimated. */
  readonly secondsPerTurn: number;
  /** Processor time of the whole past. */
  readonly buildSeconds: number;
  readonly mebibytes: number;
  readonly bytesPerEdge: number;
  /** Channels of edges that have a baseline. */
  readonly channels: number;
}

export function minutesOf(count: number): Edge[][] {
  const streams = habits(count, SEED).map((habit, i) => new EdgeStream(habit, SEED + i));
  return Array.from({ length: MINUTES }, (_, m) =>
    streams.flatMap((stream) => stream.step(MONDAY + 12 * HOUR + m * MINUTE) ?? []),
  );
}

/** Scores minutes of so many edges, all of which have a past on every channel they use. */
export function measure(count: number, steps: number): Size {
  const minutes = minutesOf(count);
  const scorer = createScorer();
  const turns: number[] = [];
  const past = clock();
  for (let hour = 0; hour < PAST_STEPS; hour++) {
    const turn = clock();
    scorer.step({ at: MONDAY + hour * HOUR, edges: minutes[hour % MINUTES]! });
    turns.push(turn().cpu);
  }
  const buildSeconds = past().cpu;
  const cpu: number[] = [];
  const wall: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const each = clock();
    scorer.step({ at: MONDAY + (PAST_STEPS - 1) * HOUR + step * MINUTE, edges: minutes[step % MINUTES]! });
    const took = each();
    cpu.push(took.cpu);
    wall.push(took.wall);
  }
  const secondsPerStep = median(cpu);
  const bytes = scorer.save().length;
  return {
    edges: scorer.past.edges,
    secondsPerStep,
    nanosPerEdge: (secondsPerStep * 1e9) / scorer.past.edges,
    wallSecondsPerStep: median(wall),
    secondsPerTurn: median(turns.slice(1)),
    buildSeconds,
    mebibytes: bytes / 2 ** 20,
    bytesPerEdge: bytes / scorer.past.edges,
    channels: scorer.past.ready,
  };
}

/** Starts a watch over wall time and processor time, both in seconds. */
export function clock(): () => { readonly wall: number; readonly cpu: number } {
  const began = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { wall: (performance.now() - began) / 1e3, cpu: (user + system) / 1e6 };
  };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
