import type { EdgeActivity } from '../../graph/index.ts';
import { groupBy } from '../group.ts';
import { nodeId } from '../keys.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';
import { type Bins, DAY_MICROS, timeOfBin, watchedIn } from './bins.ts';
import type { ObservedEvent, Sought } from './event.ts';
import { clumpOf, nothingChance } from './silence.ts';
import type { EdgeTrack } from './tracks.ts';
import { atWords, countWords, edgeWords, nodeWords, spanWords } from './words.ts';

/** Stretches of the past that are compared with the silence: the latest ones. */
const MOST_BLOCKS = 200;
/** As many days show what is usual at a time of day. */
const ENOUGH_DAYS = 3;

/**
 * Edges that were in use and fell silent in the period, up to its end. They have no bad requests, and no signal of theirs says so. The
 * last bin is left out: it is usually not over.
 */
export function vanishedEdges(tracks: ReadonlyMap<string, EdgeTrack>, bins: Bins): Sought {
  const end = bins.all - 1;
  const lastOf = new Map(
    [...groupBy([...tracks.values()], ({ key }) => nodeId(key.client))].map(([client, own]) => [
      client,
      Math.max(...own.map(({ bins: met }) => met.at(-1)!)),
    ]),
  );
  const used = [...tracks.values()].filter(({ bins: met }) => met[0]! < bins.past);
  const found = used.flatMap((track): ObservedEvent[] => {
    const last = track.bins.at(-1)!;
    const silent = watchedIn(bins, last + 1, end);
    if (silent === 0 || last < bins.past - 1) return [];
    const counts = countsOf(track, last + 1);
    const blocks = blocksOf(counts, bins, silent);
    const clump = clumpOf(counts);
    const expected = blocks.reduce((sum, n) => sum + n, 0) / Math.max(1, blocks.length);
    if (expected < ENOUGH_EVENTS) return [];
    const days = sameTimeOfDay(counts, bins, last + 1, silent);
    const seasonal = days.length < ENOUGH_DAYS ? 0 : nothingChance(days, clump, ENOUGH_DAYS);
    const at = timeOfBin(bins, last + 1);
    const gone = lastOf.get(nodeId(track.key.client)) === last;
    return [
      {
        kind: 'vanished edge',
        subject: track.key,
        what: null,
        at,
        counts: {
          expected: Math.round(expected),
          seen: 0,
          binsSilent: silent,
          binsBefore: track.bins.length,
        },
        p: Math.max(seasonal, nothingChance(blocks, clump)),
        text:
          `${edgeWords(track.key)} is gone since ${atWords(bins, at)}: nothing in ${spanWords(silent * bins.micros)}, ` +
          `where ${countWords(expected, 'connection or request', 'connections and requests')} were usual` +
          `${gone ? `; ${nodeWords(track.key.client)} called nobody else since either` : ''}.`,
      },
    ];
  });
  return { kind: 'vanished edge', found, questions: used.length };
}

function countsOf({ rows }: EdgeTrack, length: number): Float64Array {
  const counts = new Float64Array(length);
  for (const row of rows) counts[row.bin] = happened(row);
  return counts;
}

function happened({ opened, closed, failed, requests }: EdgeActivity): number {
  return opened + closed + failed + requests;
}

/** The past before the silence in stretches of as many watched bins, from its end backwards. */
function blocksOf(counts: Float64Array, { watched }: Bins, length: number): number[] {
  const blocks: number[] = [];
  let [sum, size] = [0, 0];
  for (let bin = counts.length - 1; bin >= 0 && blocks.length < MOST_BLOCKS; bin--) {
    if (watched[bin] === 0) continue;
    sum += counts[bin]!;
    if (++size < length) continue;
    blocks.push(sum);
    [sum, size] = [0, 0];
  }
  return blocks;
}

/** The same stretch of the days before, where all of it was watched. */
function sameTimeOfDay(counts: Float64Array, bins: Bins, from: number, length: number): number[] {
  const day = Math.round(DAY_MICROS / bins.micros);
  const days: number[] = [];
  for (let begin = from - day; begin >= 0; begin -= day) {
    if (begin + length > counts.length || watchedIn(bins, begin, begin + length) < length) continue;
    days.push(counts.subarray(begin, begin + length).reduce((sum, n) => sum + n, 0));
  }
  return days;
}
