/**
 * Every threshold of the analysis. Each is a false-positive rate, an amount of data, or an effect too small to matter;
 * none is fitted to a data set.
 */

/** False reports accepted per question asked, over all edges, signals, onsets and groups looked at (Bonferroni). */
export const FALSE_REPORTS = 1e-3;

/** Fewer events than this say nothing about a rate, unless all of them were bad. */
export const ENOUGH_EVENTS = 20;
/** This many of this many bad is enough whatever the traffic. */
export const ENOUGH_ALL_BAD = 10;
/** Fewer bad events than this are never called a pattern. */
export const ENOUGH_BAD = 5;

/** Slow is what takes longer than this share of the baseline's requests did … */
export const SLOW_QUANTILE = 0.95;
/** … by so much that it matters to a person who waits … */
export const TIME_FLOOR_MICROS = 10_000;
/** … and by this factor: processes that share a machine move each other's times by tens of percent. */
export const TIME_FACTOR = 1.5;
/** One request in a hundred more that is slow is the least that shows in a P99. */
export const SLOW_FLOOR = 0.01;
/** A share of bad events must rise by this factor, whatever its size. */
export const SHARE_FACTOR = 1.5;

/** How far back a question looks for the onset, microseconds. */
export const LOOKBACK_MICROS = 3_600_000_000;
/** Fewer windows before the onset than this are no baseline. */
export const BASELINE_WINDOWS = 3;
/** A clean stretch of this many windows before the onset is preferred to a longer one further away. */
export const BASELINE_PREFERRED_WINDOWS = 6;

/** Standard scores above which a stretch of windows is worth a test of its own; the test decides, this only looks. */
export const SCAN_SCORE = 5;

/** An edge or leaf whose excess is explained by its dependencies up to this share keeps no excess of its own. */
export const OWN_SHARE = 0.3;
/** A domain that explains less of the excess than this is no explanation: "no tag explains it". */
export const EXPLAINS_FLOOR = 0.5;
/** Further causes are looked for while this share of the excess is unexplained. */
export const PEEL_SHARE = 0.1;
/** What is left of an excess is a cause of its own when it is this many nats likelier than chance (a ratio of a million). */
export const OWN_CAUSE_NATS = 14;
/** Two parts that are bad at once must be this many times as bad as what is left beside them. */
export const PART_CONTRAST = 2;
/** Likelihoods within this many nats (a ratio of 20) do not tell two domains apart. */
export const ALIAS_NATS = 3;
/** … if they also cover the same traffic up to this share. */
export const ALIAS_OVERLAP = 0.95;

/** A change may stand behind an anomaly that starts at most this long after it. */
export const CHANGE_BEFORE_MICROS = 600_000_000;

/** Lines a person reads. */
export const RULED_OUT_LINES = 5;
export const ALIAS_LINES = 6;
export const FINDINGS = 5;
