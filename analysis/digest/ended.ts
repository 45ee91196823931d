import type { Change } from '../../enrich/index.ts';
import { WINDOW_MICROS } from '../../graph/index.ts';
import { nodeId } from '../keys.ts';
import type { Candidate } from './candidates.ts';
import type { Incident } from './types.ts';

/** A change that ends an incident shows in it within this time: pods are replaced one by one. */
const EFFECT_MICROS = 180_000_000;

/** The last change of the accused workload shortly before its incident was over; not the one it began with. */
export function endedBy(
  { accused, firstSeen, lastSeen }: Candidate,
  changes: readonly Change[],
): Incident['ended'] {
  const found = changes.filter(
    ({ at, namespace, subject }) =>
      at > firstSeen + WINDOW_MICROS &&
      at <= lastSeen + WINDOW_MICROS &&
      at > lastSeen - EFFECT_MICROS &&
      nodeId({ namespace, workload: subject }) === accused,
  );
  const last = found.at(-1);
  return last === undefined ? null : { kind: last.kind, what: last.what, at: last.at };
}
