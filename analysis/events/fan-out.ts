import type { EdgeReader, TargetActivity } from '../../graph/index.ts';
import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';
import { type Bins, timeOfBin } from './bins.ts';
import type { ObservedEvent, Sought } from './event.ts';
import { exceedanceChance } from './extreme.ts';
import { ENOUGH_BLOCKS } from './silence.ts';
import { atWords, countWords, nodeWords } from './words.ts';

/** Targets nobody answered at: fewer are a few wrong addresses in a configuration. */
const LEAST_TARGETS = ENOUGH_EVENTS;
/** Two looks at each client: at its densest bin, and at the whole period, for those who take their time. */
const LOOKS = 2;

/** Clients that failed to connect to many different ends and ports, more than they, or anybody, did before. */
export async function failedFanOut(reader: EdgeReader, bins: Bins): Promise<Sought> {
  const { history, period, micros } = bins;
  const length = period.to - period.from;
  const blocks = Math.floor((history.to - history.from) / length);
  const [binned, whole, earlier] = await Promise.all([
    reader.targets({ from: history.from, to: period.to }, micros),
    reader.targets(period, length),
    blocks < ENOUGH_BLOCKS
      ? []
      : reader.targets({ from: history.to - blocks * length, to: history.to }, length),
  ]);
  const byBin = groupBy(binned, ({ client }) => nodeId(client));
  const byBlock = groupBy(earlier, ({ client }) => nodeId(client));
  const all = Float64Array.from(
    binned.filter(({ bin }) => bin < bins.past),
    ({ missed }) => missed,
  );
  const found = whole.flatMap((total): ObservedEvent[] => {
    if (total.missed < LEAST_TARGETS) return [];
    const rows = byBin.get(nodeId(total.client)) ?? [];
    const past = valuesOf(rows, bins.past).filter((_, bin) => bins.watched[bin] === 1);
    const peak = rows
      .filter(({ bin }) => bin >= bins.past)
      .reduce((most, row) => (row.missed > most.missed ? row : most));
    const dense = Math.max(chance(past, peak.missed), chance(all, peak.missed)) * (bins.all - bins.past);
    const slow =
      blocks < ENOUGH_BLOCKS
        ? 1
        : chance(valuesOf(byBlock.get(nodeId(total.client)) ?? [], blocks), total.missed);
    return [eventOf(total, peak, past, bins, Math.min(1, LOOKS * Math.min(dense, slow)))];
  });
  return { kind: 'failed fan-out', found, questions: whole.length };
}

/** Counts scatter at least as Poisson counts do. */
function chance(past: Float64Array, missed: number): number {
  const largest = past.reduce((a, b) => Math.max(a, b), 0);
  return exceedanceChance(past, missed, Math.max(1, Math.sqrt(largest)));
}

function valuesOf(rows: readonly TargetActivity[], length: number): Float64Array {
  const values = new Float64Array(length);
  for (const { bin, missed } of rows) if (bin < length) values[bin] = missed;
  return values;
}

function eventOf(
  total: TargetActivity,
  peak: TargetActivity,
  past: Float64Array,
  bins: Bins,
  p: number,
): ObservedEvent {
  const { client, missed, servers, ports, tried, failures, refused } = total;
  const mostBefore = past.reduce((a, b) => Math.max(a, b), 0);
  const at = timeOfBin(bins, peak.bin);
  return {
    kind: 'failed fan-out',
    subject: client,
    what: null,
    at,
    counts: {
      targets: missed,
      ends: servers,
      ports,
      tried,
      failures,
      refused,
      mostBefore,
      binsBefore: past.length,
    },
    p,
    text:
      `${nodeWords(client)} reached nobody at ${countWords(missed, 'target')} it tried (${countWords(servers, 'end')}, ` +
      `${countWords(ports, 'port')}), most of them at ${atWords(bins, at)}: ${countWords(failures, 'failed connect')}, ` +
      `${refused.toLocaleString('en-US')} of them refused; at most ${countWords(mostBefore, 'such target')} at a time before.`,
  };
}
