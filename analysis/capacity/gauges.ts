import type { GaugeWindow } from '../../graph/index.ts';
import { groupBy } from '../group.ts';
import type { Series } from './series.ts';

/** One series of each queue, table and pair of addresses the probes read. */
export function gaugeSeries(rows: readonly GaugeWindow[]): Series[] {
  return [...groupBy(rows, ({ kind, owner, subject }) => `${kind}\n${owner.id}\n${subject}`).values()].map(
    (own): Series => {
      const last = own.at(-1)!;
      return {
        kind: last.kind,
        subject: last.node,
        instance: last.owner.tags.pod ?? last.owner.tags.node ?? null,
        what: last.subject,
        times: own.map(({ window }) => window),
        used: own.map(({ used }) => used),
        limit: { estimate: last.limit, low: last.limit, high: last.limit },
        ended: last.ended,
      };
    },
  );
}
