import { LEVELS, type Level } from './control.ts';

/** What the probe may use of this machine. */
export interface Budget {
  /** Pieces of payload a second. */
  readonly chunksPerSecond: number;
  /** Share of one core that the probe's own work in this process may take, 0 to 1. */
  readonly cpuShare: number;
}

/** Thirty thousand chunks are 7,500 requests a second with both ends here: a request and an answer at each. */
export const DEFAULT_BUDGET: Budget = { chunksPerSecond: 30_000, cpuShare: 0.2 };

/** What happened since the last look. */
export interface Load {
  readonly seconds: number;
  readonly chunks: number;
  /** Of those, refused by a full ring: they were made for nothing. */
  readonly chunksLost: number;
  readonly cpuSeconds: number;
}

/**
 * Steps down when the probe costs more than its budget, from payload to turns to connections, and up again by itself. A step
 * up that is soon taken back makes the next wait twice as long, so an overload that stays is tried ever more rarely.
 */
export interface Governor {
  observe(load: Load): Level;
  /** Ends of connections wait while payload is read: steps down from it without waiting for the next look. */
  press(): Level;
  /**
   * Chunks of the last moment: more than a second may have at once step down from payload without waiting for the next look.
   */
  spend(chunks: number, seconds: number): Level;
  readonly level: Level;
  /** Time spent at each level. */
  readonly seconds: Readonly<Record<Level, number>>;
  /** Why the level is not the highest, in one sentence; `''` when it is. */
  readonly reason: string;
}

/** Looks in a row that must be over the budget; one far beyond it counts for all. */
const STRIKES = 3;
const FAR_BEYOND = 4;
/** Share of lost chunks from which the ring is too small for this load. */
const LOST_SHARE = 0.02;
/** How long a level is kept before the next higher is tried. */
const HOLD_SECONDS = 15;
const MAX_HOLD_SECONDS = 600;
/** A step up that held this long was right. */
const STABLE_SECONDS = 60;

export function createGovernor(budget: Budget, highest: Level = 'payload'): Governor {
  const top = LEVELS.indexOf(highest);
  const spent: Record<Level, number> = { payload: 0, turns: 0, connections: 0 };
  let at = top;
  let strikes = 0;
  let held = 0;
  let hold = HOLD_SECONDS;
  let sinceUp = Number.POSITIVE_INFINITY;
  let reason = '';
  /** Seconds since the last look, and those of them that were counted already. */
  let glanced = 0;
  let counted = 0;
  /** Chunks that may still come before a second's worth was spent beyond what the budget gives. */
  let purse = budget.chunksPerSecond;

  const move = (to: number) => {
    at = to;
    strikes = 0;
    held = 0;
    purse = budget.chunksPerSecond;
  };

  const stepDown = (why: string) => {
    hold = sinceUp < STABLE_SECONDS ? Math.min(2 * hold, MAX_HOLD_SECONDS) : HOLD_SECONDS;
    reason = why;
    move(at + 1);
  };

  return {
    press() {
      if (LEVELS[at] === 'payload') stepDown('connections ended faster than their payload was read');
      return LEVELS[at]!;
    },
    spend(chunks, seconds) {
      purse = Math.min(budget.chunksPerSecond, purse + seconds * budget.chunksPerSecond) - chunks;
      glanced += seconds;
      if (purse < 0 && LEVELS[at] === 'payload') {
        spent.payload += glanced - counted;
        counted = glanced;
        stepDown(tooManyChunks(budget));
      }
      return LEVELS[at]!;
    },
    observe(load) {
      const level = LEVELS[at]!;
      spent[level] += Math.max(0, load.seconds - counted);
      glanced = counted = 0;
      held += load.seconds;
      sinceUp += load.seconds;
      if (load.seconds <= 0) return level;

      const excess = at < LEVELS.length - 1 ? excessOf(load, budget, level) : null;
      if (excess !== null) {
        strikes += excess.times >= FAR_BEYOND ? STRIKES : 1;
        if (strikes >= STRIKES) stepDown(excess.reason);
      } else {
        strikes = 0;
        if (at > top && held >= hold) {
          sinceUp = 0;
          move(at - 1);
          if (at === top) reason = '';
        }
      }
      return LEVELS[at]!;
    },
    get level() {
      return LEVELS[at]!;
    },
    get seconds() {
      return { ...spent };
    },
    get reason() {
      return reason;
    },
  };
}

function tooManyChunks({ chunksPerSecond }: Budget): string {
  return `there were more than ${chunksPerSecond} sends and receives a second to read`;
}

/** The worst excess, `null` within the budget. */
function excessOf(load: Load, budget: Budget, level: Level): { times: number; reason: string } | null {
  const candidates = [
    {
      times: load.cpuSeconds / load.seconds / budget.cpuShare,
      reason: `the probe used more than ${Math.round(budget.cpuShare * 100)} % of a core`,
    },
  ];
  if (level === 'payload') {
    candidates.push(
      {
        times: load.chunks / load.seconds / budget.chunksPerSecond,
        reason: tooManyChunks(budget),
      },
      {
        times: load.chunks === 0 ? 0 : load.chunksLost / load.chunks / LOST_SHARE,
        reason: 'payload came faster than it was read',
      },
    );
  }
  const worst = candidates.reduce((a, b) => (b.times > a.times ? b : a));
  return worst.times > 1 ? worst : null;
}
