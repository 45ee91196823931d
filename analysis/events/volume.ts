import { ENOUGH_EVENTS } from '../thresholds.ts';
import { type Bins, DAY_MICROS, timeOfBin } from './bins.ts';
import type { ObservedEvent, Sought } from './event.ts';
import { exceedanceChance } from './extreme.ts';
import type { EdgeTrack } from './tracks.ts';
import { atWords, bytesWords, countWords, edgeWords, spanWords } from './words.ts';

/** Far above: this many times the most that a bin of the past held. */
const FACTOR = 4;
/** Less in one bin concerns nobody, however rare it is. */
const LEAST = { bytes: 1_000_000, connections: ENOUGH_EVENTS } as const;
/** No lighter tail is believed than one in which each quarter more is e times as rare. */
const LEAST_SCALE = Math.log(1.25);
/** A past of this many days is compared hour by hour … */
const ENOUGH_DAYS = 3;
/** … with what lies this near in the time of day. */
const NEAR_MICROS = 3_600_000_000;

const MEASURES = ['bytes', 'connections'] as const;
type Measure = (typeof MEASURES)[number];

/** Edges that carried far more in one bin of the period than ever before: bytes, or connections opened. */
export function volumes(tracks: ReadonlyMap<string, EdgeTrack>, bins: Bins): Sought {
  // What was hardly used before has no volume to be compared with.
  const used = [...tracks.values()].filter(
    ({ bins: met }) => met.filter((bin) => bin < bins.past).length >= ENOUGH_EVENTS,
  );
  const found = used.flatMap((track) => MEASURES.flatMap((measure) => volumeOf(track, measure, bins)));
  return { kind: 'volume', found, questions: used.length * MEASURES.length };
}

function volumeOf(track: EdgeTrack, measure: Measure, bins: Bins): ObservedEvent[] {
  const values = new Float64Array(bins.all);
  for (const { bin, bytes, opened } of track.rows) values[bin] = measure === 'bytes' ? bytes : opened;
  const now = values.subarray(bins.past);
  const most = Math.max(...now);
  const peak = bins.past + now.indexOf(most);
  const past = pastOf(values, bins, peak);
  const largest = past.reduce((a, b) => Math.max(a, b), 0);
  if (most < LEAST[measure] || most < FACTOR * largest) return [];
  const log = (value: number) => Math.log1p(value);
  const p = exceedanceChance(past.map(log), log(most), LEAST_SCALE);
  const usual = past.reduce((a, b) => a + b, 0) / Math.max(1, past.length);
  const said = (value: number) => (measure === 'bytes' ? bytesWords(value) : countWords(value, 'connection'));
  const at = timeOfBin(bins, peak);
  return [
    {
      kind: 'volume',
      subject: track.key,
      what: measure,
      at,
      counts: { most, mostBefore: largest, usual: Math.round(usual), binsBefore: past.length },
      // The largest of the period is as many draws as it has bins.
      p: Math.min(1, p * now.length),
      text:
        `${edgeWords(track.key)} carried ${said(most)} in ${spanWords(bins.micros)} at ${atWords(bins, at)}; ` +
        `the most in ${countWords(past.length, 'interval')} before was ${said(largest)}, usual ${said(usual)}.`,
    },
  ];
}

function pastOf(values: Float64Array, { past, micros, watched }: Bins, peak: number): Float64Array {
  const seen = values.subarray(0, past).filter((_, bin) => watched[bin] === 1);
  const day = DAY_MICROS / micros;
  if (past < ENOUGH_DAYS * day) return seen;
  const near = NEAR_MICROS / micros;
  const sameHour = values.subarray(0, past).filter((_, bin) => {
    const apart = (peak - bin) % day;
    return watched[bin] === 1 && Math.min(apart, day - apart) <= near;
  });
  return sameHour.length >= ENOUGH_EVENTS ? sameHour : seen;
}
