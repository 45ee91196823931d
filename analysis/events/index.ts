import type { EdgeReader, Period } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { nodeId } from '../keys.ts';
import { adjusted } from '../statistics/false-discoveries.ts';
import { type Bins, binsOf, watchedIn } from './bins.ts';
import { EVENT_KINDS, type EventKind, type Observations, type ObservedEvent, type Sought } from './event.ts';
import { failedFanOut } from './fan-out.ts';
import { firstOutside } from './first-outside.ts';
import { newEdges } from './new-edges.ts';
import { newTraits } from './new-traits.ts';
import { withOutside } from './outside.ts';
import { usualFirsts } from './silence.ts';
import { type EdgeTrack, edgeTracks } from './tracks.ts';
import { vanishedEdges } from './vanished.ts';
import { volumes } from './volume.ts';

export { EVENT_KINDS, type EventKind, type Observations, type ObservedEvent } from './event.ts';

/** Of everything looked at for one kind of event, the share of false ones among those told. */
const FALSE_EVENTS = 0.05;
/** Events of one kind a person reads; the rest is counted. */
const MOST_EVENTS = 50;
/** Without as many bins of history nothing can be told from what was always there. */
const ENOUGH_HISTORY = 20;

/**
 * What happened in a period that is no anomaly of an edge and yet worth knowing: new and vanished edges, new versions, images and
 * processes, many failed connects, first peers outside, volumes far above the past.
 *
 * @throws {FaultlineError} FL-402 for a period that ends before it starts
 */
export async function eventsOf(reader: EdgeReader, period: Period): Promise<Observations> {
  if (period.to <= period.from) {
    throw new FaultlineError(
      'FL-402',
      'The period of the events ends before it starts.',
      'Give --from a time before --to.',
    );
  }
  const bins = await binsOf(reader, period);
  if (bins === null) return nothing(period, 'nothing was recorded in this period');
  const known = watchedIn(bins, 0, bins.past);
  if (known < ENOUGH_HISTORY) {
    return {
      ...nothing(bins.period, `${known} of ${ENOUGH_HISTORY} intervals of history are there`),
      history: bins.history,
      binMicros: bins.micros,
    };
  }
  const both = { from: bins.history.from, to: bins.period.to };
  const tracks = edgeTracks(withOutside(await reader.activity(both, bins.micros)));
  const outside = firstOutside(tracks, bins);
  const told = new Set(outside.found.map(({ subject }) => ('workload' in subject ? nodeId(subject) : '')));
  const sought = [
    newEdges(tracks, bins, told),
    vanishedEdges(tracks, bins),
    ...newTraits(await reader.traits(both, bins.micros), bins),
    await failedFanOut(reader, bins),
    outside,
    volumes(tracks, bins),
  ];
  return assembled(sought, tracks, bins);
}

function assembled(
  sought: readonly Sought[],
  tracks: ReadonlyMap<string, EdgeTrack>,
  bins: Bins,
): Observations {
  const counts = noCounts();
  const events: ObservedEvent[] = [];
  for (const kind of EVENT_KINDS) {
    const { found, questions } = sought.find((each) => each.kind === kind)!;
    const told = surprising(found, questions);
    counts[kind] = { told: told.length, unsure: found.length - told.length };
    events.push(...told.slice(0, MOST_EVENTS));
  }
  return {
    period: bins.period,
    history: bins.history,
    binMicros: bins.micros,
    events,
    counts,
    usualNewEdges: habit(tracks, bins),
    missing: null,
  };
}

function surprising(found: readonly ObservedEvent[], questions: number): ObservedEvent[] {
  const prices = adjusted(
    found.map(({ p }) => p),
    questions,
  );
  return found.filter((_, i) => prices[i]! <= FALSE_EVENTS).sort((a, b) => a.p - b.p || a.at - b.at);
}

function habit(tracks: ReadonlyMap<string, EdgeTrack>, bins: Bins): number | null {
  const times = [...tracks.values()].map(({ bins: met }) => met.filter((bin) => bin < bins.past).length);
  return usualFirsts(times, (bins.all - bins.past) / bins.past);
}

type Counts = { [Kind in EventKind]: { readonly told: number; readonly unsure: number } };

function noCounts(): Counts {
  return Object.fromEntries(EVENT_KINDS.map((kind) => [kind, { told: 0, unsure: 0 }])) as Counts;
}

function nothing(period: Period, missing: string): Observations {
  return {
    period,
    history: { from: period.from, to: period.from },
    binMicros: 0,
    events: [],
    counts: noCounts(),
    usualNewEdges: null,
    missing,
  };
}
