import { DAY_VARIANCE, SEASONS, TOTAL, WEEK_VARIANCE } from './cells.ts';
import type { Channel } from './channels.ts';
import { DAYS, HOURS_OF_DAY } from './hours.ts';
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
  const days = new Between(unit);
  const weeks = new Between(unit);
  for (let hour = 0; hour < HOURS_OF_DAY; hour++) {
    let bad = 0;
    let total = 0;
    const own = new Between(unit);
    for (let day = 0; day < DAYS; day++) {
      const i = start + 2 * (day * HOURS_OF_DAY + hour);
      bad += data[i]!;
      total += data[i + 1]!;
      own.add(data[i]!, data[i + 1]!);
    }
    days.add(bad, total);
    weeks.merge(own);
  }
  const assumed = (family === 'level' ? priorSeason : priorSeason * all) ** 2;
  const groups = days.freedom;
  const found = days.variance();
  cells[at + DAY_VARIANCE] = Math.max(
    NONE,
    (groups * found + PRIOR_GROUPS * assumed) / (groups + PRIOR_GROUPS),
  );
  cells[at + WEEK_VARIANCE] = weekly ? Math.max(NONE, weeks.variance()) : 0;
}

/** Sums of the moment estimator; those of several strata add up. */
class Between {
  readonly #unit: number;
  #bad = 0;
  #total = 0;
  #squares = 0;
  #scaled = 0;
  #groups = 0;
  #heterogeneity = 0;
  #size = 0;
  #freedom = 0;

  constructor(unit: number) {
    this.#unit = unit;
  }

  add(bad: number, total: number): void {
    if (total <= 0) return;
    this.#groups++;
    this.#bad += bad;
    this.#total += total;
    this.#squares += total * total;
    this.#scaled += (bad * bad) / total;
  }

  merge(stratum: Between): void {
    this.#heterogeneity += stratum.#q();
    this.#size += stratum.#c();
    this.#freedom += Math.max(0, stratum.#groups - 1);
  }

  get freedom(): number {
    return this.#freedom + Math.max(0, this.#groups - 1);
  }

  variance(): number {
    const size = this.#size + this.#c();
    if (size <= 0) return 0;
    return Math.max(0, (this.#heterogeneity + this.#q() - this.freedom) / size);
  }

  /** Cochran's statistic of the groups. */
  #q(): number {
    if (this.#groups < 2) return 0;
    return Math.max(0, this.#scaled - (this.#bad * this.#bad) / this.#total) / this.#unit;
  }

  #c(): number {
    if (this.#groups < 2) return 0;
    return (this.#total - this.#squares / this.#total) / this.#unit;
  }
}
