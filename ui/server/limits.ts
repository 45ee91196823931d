/** Nodes drawn unless more are asked for, and the most that will ever be drawn: beyond it a map cannot be read. */
export const MAP_NODES = 40;
export const MAX_MAP_NODES = 150;
export const MAX_HOPS = 4;
/** Rows of a list unless fewer are asked for, and the most one answer may hold. */
export const LIST_ROWS = 500;
export const MAX_LIST_ROWS = 5000;
export const SEARCH_HITS = 20;
/** Pairs of ends shown of one edge; the rest is counted. */
export const MAX_ENDS = 50;
/** Windows in a curve: an hour of 10 s windows. */
export const MAX_CURVE_WINDOWS = 360;
/** Longest name a request may carry; Kubernetes allows 253, processes and hosts stay below that as well. */
export const MAX_NAME = 1024;
/** A question that takes longer is given up, so that slow ones cannot pile up. */
export const REQUEST_TIMEOUT_MS = 20_000;
/** Pages that may listen at the same time; each costs a socket and a timer, the state is worked out once for all. */
export const MAX_STREAMS = 64;
export const REFRESH_MS = 1000;
export const HEARTBEAT_MS = 15_000;
