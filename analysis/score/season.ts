import { DAY_VARIANCE, SEASONS, TOTAL, WEEK_VARIANCE } from './cells.ts';
import type { Channel } from './channels.ts';
import { DAYS as DAYS_OF_WEEK, HOURS_OF_DAY } from './hours.ts';
import type { Pages } from './pages.ts';

/** Hours of the day that what is assumed about a rhythm weighs as much as. */
const PRIOR_GROUPS = 4;
/** Zero stands for "not known"; a rhythm that was looked for and not found is this small. */
const NONE = 1e-30;

/**
 * How much the rate differs between hours of the day and, where `weekly`, between the weekdays of an hour: the
 * moment estimator of the variance between groups (DerSimonian and Laird 1986).
 *
 * @param unit variance of the rate of one event, over-dispersion and memory included
 */
export function learnSeason(
  cells: Float32Array,
  at: number,
  { family, priorSeason }: Channel,
  seasons: Pages,
  all: number,
  unit: number,
  weekly: boolean,
): void {
  const page = cells[at + SEASONS]!;
  if (page === 0 || !(unit > 0) || cells[at + TOTAL] === 0) return;
  const { data } = seasons;
  const start = seasons.start(page);
  const days = emptied(DAYS_SUM);
  const weeks = emptied(WEEKS_SUM);
  for (let hour = 0; hour < HOURS_OF_DAY; hour++) {
    const own = emptied(HOUR_SUM);
    for (let day = 0, i = start + 2 * hour; day < DAYS_OF_WEEK; day++, i += 2 * HOURS_OF_DAY) {
      add(own, data[i]!, data[i + 1]!);
    }
    add(days, own.bad, own.total);
    stratum(weeks, own);
  }
  const assumed = (family === 'level' ? priorSeason : priorSeason * all) ** 2;
  stratum(days, days);
  const found = varianceOf(days, unit);
  const groups = days.freedom;
  cells[at + DAY_VARIANCE] = Math.max(
    NONE,
    (groups * found + PRIOR_GROUPS * assumed) / (groups + PRIOR_GROUPS),
  );
  cells[at + WEEK_VARIANCE] = weekly ? Math.max(NONE, varianceOf(weeks, unit)) : 0;
}

/** Sums over the groups of one stratum, and of the moment estimator over strata, which add up. */
interface Sums {
  bad: number;
  total: number;
  squares: number;
  scaled: number;
  groups: number;
  heterogeneity: number;
  size: number;
  freedom: number;
}

const newSums = (): Sums => ({
  bad: 0,
  total: 0,
  squares: 0,
  scaled: 0,
  groups: 0,
  heterogeneity: 0,
  size: 0,
  freedom: 0,
});
/** Used again for every cell: a new hour looks at hundreds of thousands. */
const DAYS_SUM = newSums();
const WEEKS_SUM = newSums();
const HOUR_SUM = newSums();

function emptied(sums: Sums): Sums {
  sums.bad = sums.total = sums.squares = sums.scaled = sums.groups = 0;
  sums.heterogeneity = sums.size = sums.freedom = 0;
  return sums;
}

function add(sums: Sums, bad: number, total: number): void {
  if (total <= 0) return;
  sums.groups++;
  sums.bad += bad;
  sums.total += total;
  sums.squares += total * total;
  sums.scaled += (bad * bad) / total;
}

/** Adds what the groups of `own` show (Cochran's statistic, its size and freedom) to `sums`. */
function stratum(sums: Sums, own: Sums): void {
  if (own.groups < 2) return;
  sums.heterogeneity += Math.max(0, own.scaled - (own.bad * own.bad) / own.total);
  sums.size += own.total - own.squares / own.total;
  sums.freedom += own.groups - 1;
}

function varianceOf({ heterogeneity, size, freedom }: Sums, unit: number): number {
  return size > 0 ? Math.max(0, (heterogeneity - freedom * unit) / size) : 0;
}
