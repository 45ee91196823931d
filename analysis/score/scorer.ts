import type { Edge, EdgeCounts } from '../../graph/index.ts';
import { NOTHING } from '../counts.ts';
import { ENOUGH_EVENTS } from '../thresholds.ts';
import { alternativeNear, lnRatio, type Reading, residual } from './alternatives.ts';
import { expect, newExpectation } from './baseline.ts';
import { BEGAN, HISTOGRAM, SINCE_BAD, SINCE_TOTAL, STEPS, THRESHOLD, TOTAL } from './cells.ts';
import { CHANNELS, type Channel, trafficOf } from './channels.ts';
import { addTo } from './coarse.ts';
import { forgetEvidence, gather, leading, lnDetector, oldestEvidence } from './evidence.ts';
import { hourOf, slotOf } from './hours.ts';
import { discard, forgetPast, hold, holdScatter, learnWithin, release, releaseEvents } from './learn.ts';
import { addTimes, describe, type Opened, type Told } from './opened.ts';
import { Profile } from './profile.ts';
import { read, type StepReading } from './read.ts';
import { type Saved, savedBytes } from './save.ts';
import { Table } from './scores.ts';
import {
  DAY_MICROS,
  FALSE_PER_DAY,
  LASTING_MICROS,
  LEAST_STEPS,
  OVER_EVIDENCE,
  PATIENCE_MICROS,
  SILENT_STEPS,
  STEP_MICROS,
  YOUNG_BLOCK_MICROS,
} from './settings.ts';
import { turn } from './turn.ts';
import type { Anomaly, Past, Scorer, ScorerOptions, Scores, Step } from './types.ts';

/** Until steps of one event each have shown how a time scatters within a step: half a factor of two. */
const WITHIN_UNKNOWN = 0.25;
const SLOW_TIMES = new Map(
  CHANNELS.flatMap((channel, at) => (channel.family === 'slow' ? [[channel.time, at] as const] : [])),
);

/** Makes a scorer that knows nothing yet; see `Scorer`. */
export function createScorer(options: ScorerOptions = {}): Scorer {
  return new EdgeScorer(new Profile(), options);
}

export class EdgeScorer implements Scorer {
  readonly stepMicros: number;
  readonly #falsePerDay: number;
  readonly #profile: Profile;
  readonly #opened = new Map<number, Opened>();
  readonly #usual = newExpectation();
  readonly #reading: StepReading = { bad: 0, total: 0, within: 0 };
  readonly #since: Reading = { bad: 0, total: 0 };
  #from: number | null = null;
  #last: number | null = null;
  #blockFrom = 0;
  #steps = 0;
  #ready = 0;
  #thin = 0;

  constructor(profile: Profile, options: ScorerOptions, saved: Saved | null = null) {
    this.#profile = profile;
    this.stepMicros = saved?.stepMicros ?? options.stepMicros ?? STEP_MICROS;
    this.#falsePerDay = options.falsePerDay ?? FALSE_PER_DAY;
    if (saved === null) return;
    this.#from = saved.from;
    this.#last = saved.last;
    this.#blockFrom = saved.blockFrom;
    this.#steps = saved.steps;
    this.#ready = saved.ready;
    this.#thin = saved.thin;
    for (const [at, opened] of saved.opened) this.#opened.set(at, opened);
  }

  get open(): readonly Anomaly[] {
    return [...this.#opened.values()].map(({ anomaly }) => anomaly).sort((a, b) => a.onset - b.onset);
  }

  get past(): Past {
    return {
      from: this.#from,
      to: this.#last === null ? null : this.#last + this.stepMicros,
      steps: this.#steps,
      edges: this.#profile.size,
      ready: this.#ready,
      thin: this.#thin,
      unwatched: this.#profile.unwatched,
      unseasoned: this.#profile.seasons.refused,
    };
  }

  save(): Uint8Array {
    return savedBytes(this.#profile, {
      stepMicros: this.stepMicros,
      from: this.#from,
      last: this.#last,
      blockFrom: this.#blockFrom,
      steps: this.#steps,
      ready: this.#ready,
      thin: this.#thin,
      opened: [...this.#opened],
    });
  }

  /** Steps must come in order; one that is not later than the last is ignored, so that a replay may overlap. */
  step({ at, edges, complete = true }: Step): Scores {
    const profile = this.#profile;
    if (this.#last !== null && at <= this.#last) return new Table(profile, at, 0);
    this.#from ??= at;
    this.#begin(at);
    this.#last = at;
    this.#steps++;
    const counts = this.#byRow(edges);
    const scores = new Table(profile, at, profile.size);
    const number = Math.round((at - this.#from) / this.stepMicros) + 1;
    const bar = this.#bar();
    let ready = 0;
    let thin = 0;
    for (let row = 0; row < profile.size; row++) {
      const seen = counts[row];
      if (seen === undefined && !complete) continue;
      if (seen !== undefined) profile.lastSeen[row] = number;
      for (let channel = 0; channel < CHANNELS.length; channel++) {
        const known = this.#cell(scores, row, channel, seen ?? NOTHING, number, bar);
        if (known === true) ready++;
        else if (known === false) thin++;
      }
    }
    this.#ready = ready;
    this.#thin = thin;
    return scores;
  }

  /** Evidence from which on an anomaly opens: an e-detector that passes it once in as many steps is false once a day. */
  #bar(): number {
    const stepsPerDay = DAY_MICROS / this.stepMicros;
    return Math.log(Math.max(1, this.#ready) * stepsPerDay) - Math.log(this.#falsePerDay);
  }

  #byRow(edges: readonly Edge[]): (EdgeCounts | undefined)[] {
    const counts: (EdgeCounts | undefined)[] = [];
    for (const edge of edges) {
      const row = this.#profile.rowOf(edge);
      if (row >= 0) counts[row] = edge.counts;
    }
    return counts;
  }

  /** Ends the block of the baseline when its time is over. */
  #begin(at: number): void {
    if (this.#last === null) {
      this.#blockFrom = at;
      return;
    }
    const hour = hourOf(at) !== hourOf(this.#blockFrom);
    const young = this.#blockFrom - this.#from! < DAY_MICROS;
    if (!hour && !(young && at - this.#blockFrom >= YOUNG_BLOCK_MICROS)) return;
    turn(this.#profile, {
      ended: slotOf(this.#blockFrom),
      begun: slotOf(at),
      hour,
      age: at - this.#from!,
      isOpen: (cell) => this.#opened.has(cell),
    });
    this.#blockFrom = at;
  }

  /** @returns whether there is a baseline, `null` where there was nothing to compare */
  #cell(
    scores: Table,
    row: number,
    index: number,
    counts: EdgeCounts,
    number: number,
    bar: number,
  ): boolean | null {
    const profile = this.#profile;
    const { cells, seasons, histograms } = profile;
    const channel = CHANNELS[index]!;
    const at = profile.cell(row, index);
    const reading = this.#reading;
    if (channel.family === 'slow') {
      const times = counts[channel.time];
      if (times.buckets.length > 0 && !this.#opened.has(at)) {
        if (cells[at + HISTOGRAM] === 0) cells[at + HISTOGRAM] = histograms.take();
        const page = cells[at + HISTOGRAM]!;
        if (page > 0) addTo(histograms.data, histograms.start(page), times);
      }
      if (cells[at + THRESHOLD] === 0) return times.buckets.length > 0 ? false : null;
    }
    read(channel, counts, cells[at + THRESHOLD]! - 1, reading);
    const opened = this.#opened.get(at);
    if (reading.total === 0) {
      if (opened !== undefined) this.#silent(scores, at, opened, number);
      return null;
    }
    if (channel.family === 'level' && opened === undefined) learnWithin(cells, at, reading);
    if (!isReady(cells, at, channel)) {
      hold(cells, at, reading);
      release(cells, at);
      return false;
    }
    const usual = this.#usual;
    expect(cells, at, channel, profile.pools[index]!, seasons, slotOf(scores.at), usual);
    if (channel.family === 'level' && usual.within === 0) usual.within = WITHIN_UNKNOWN;
    const z = residual(channel.family, reading, usual);
    scores.note(row, index, z, reading, usual);
    if (opened !== undefined) {
      this.#goOn(scores, row, index, opened, counts, number);
      return true;
    }
    hold(cells, at, reading);
    holdScatter(cells, at, channel, reading, usual, z);
    const gone = gather(cells, at, channel, reading, usual, number, bar / 2);
    const tired = !gone && number - oldestEvidence(cells, at) > PATIENCE_MICROS / this.stepMicros;
    if (tired) forgetEvidence(cells, at);
    if (gone || tired) {
      release(cells, at);
      return true;
    }
    const leader = leading(cells, at, channel, usual, this.#since);
    if (leader >= 0 && lnDetector(cells, leader) >= bar)
      this.#openAt(scores, row, index, counts, number, leader);
    return true;
  }

  #openAt(
    scores: Table,
    row: number,
    index: number,
    counts: EdgeCounts,
    number: number,
    leader: number,
  ): void {
    const at = this.#profile.cell(row, index);
    if (!isTraffic(CHANNELS[index]!)) discard(this.#profile.cells, at);
    const times = timesOf(CHANNELS[index]!, counts, null);
    const told = this.#told(row, index, leader, scores.at, trafficOf(counts));
    const anomaly = describe(told, times);
    this.#opened.set(at, {
      anomaly,
      over: 0,
      overSince: number,
      heard: number,
      level: levelOf(told.since),
      times,
    });
    scores.opened.push(anomaly);
  }

  /** An open anomaly with events: more evidence for it, or for its end. */
  #goOn(scores: Table, row: number, index: number, opened: Opened, counts: EdgeCounts, number: number): void {
    const channel = CHANNELS[index]!;
    const { cells } = this.#profile;
    const at = this.#profile.cell(row, index);
    const usual = this.#usual;
    if (isTraffic(channel)) hold(cells, at, this.#reading);
    const alternative = alternativeNear(channel, usual, opened.level);
    const ratio = lnRatio(channel, this.#reading, usual, alternative) / usual.memory;
    if (opened.over === 0) opened.overSince = number;
    opened.over = Math.max(0, opened.over - (Number.isFinite(ratio) ? ratio : 0));
    opened.heard = number;
    gather(cells, at, channel, this.#reading, usual, number, this.#bar() / 2);
    const leader = leading(cells, at, channel, usual, this.#since);
    const { anomaly } = opened;
    if (leader >= 0 && opened.over === 0) {
      opened.times = timesOf(channel, counts, opened.times);
      const requests = anomaly.requests + trafficOf(counts);
      const told = this.#told(row, index, leader, scores.at, requests);
      const now = describe(told, opened.times);
      opened.level = levelOf(told.since);
      const best = now.evidence > anomaly.evidence ? now : anomaly;
      const { id, onset, opened: since } = anomaly;
      opened.anomaly = { ...now, id, onset, opened: since, evidence: best.evidence, p: best.p };
    }
    if (opened.over >= OVER_EVIDENCE) {
      this.#end(scores, at, opened, this.#timeOf(opened.overSince), false);
      return;
    }
    if (scores.at - anomaly.opened >= LASTING_MICROS) {
      this.#end(scores, at, opened, scores.at + this.stepMicros, true);
      forgetPast(cells, at, this.#profile.seasons);
      return;
    }
    scores.ongoing.push(opened.anomaly);
  }

  #silent(scores: Table, at: number, opened: Opened, number: number): void {
    if (number - opened.heard < SILENT_STEPS) scores.ongoing.push(opened.anomaly);
    else this.#end(scores, at, opened, this.#timeOf(opened.heard + 1), false);
  }

  #end(scores: Table, at: number, opened: Opened, ended: number, lasting: boolean): void {
    this.#opened.delete(at);
    forgetEvidence(this.#profile.cells, at);
    // Of what was held only traffic is left: see `releaseEvents`.
    releaseEvents(this.#profile.cells, at);
    scores.ended.push({ ...opened.anomaly, ended, lasting });
  }

  #timeOf(number: number): number {
    return this.#from! + (number - 1) * this.stepMicros;
  }

  #told(row: number, index: number, leader: number, at: number, requests: number): Told {
    const { cells, histograms, keys } = this.#profile;
    const channel = CHANNELS[index]!;
    const slow = 'time' in channel ? this.#profile.cell(row, SLOW_TIMES.get(channel.time)!) : -1;
    const page = slow < 0 ? 0 : cells[slow + HISTOGRAM]!;
    return {
      edge: keys[row]!,
      channel,
      onset: this.#timeOf(cells[leader + BEGAN]!),
      at,
      stepMicros: this.stepMicros,
      since: { bad: cells[leader + SINCE_BAD]!, total: cells[leader + SINCE_TOTAL]! },
      usual: this.#usual.mean,
      past: page === 0 ? null : { data: histograms.data, start: histograms.start(page) },
      evidence: lnDetector(cells, leader),
      requests,
    };
  }
}

function isTraffic({ family }: Channel): boolean {
  return family === 'more' || family === 'less';
}

/** Rate since the onset. */
function levelOf({ bad, total }: Reading): number {
  return bad / total;
}

/** Enough steps, and enough events in them, to know what is usual. */
function isReady(cells: Float32Array, at: number, channel: Channel): boolean {
  return cells[at + STEPS]! >= LEAST_STEPS && (isTraffic(channel) || cells[at + TOTAL]! >= ENOUGH_EVENTS);
}

function timesOf(channel: Channel, counts: EdgeCounts, before: Opened['times']): Opened['times'] {
  return 'time' in channel ? addTimes(before, counts[channel.time]) : null;
}
