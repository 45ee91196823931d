import type { EdgeActivity, EdgeKey } from '../../graph/index.ts';
import { edgeId, edgeOf } from '../keys.ts';

/** When something was met: the bins, ascending, each once. */
export interface Met {
  readonly bins: readonly number[];
}

/** One edge with what it did in each bin in which it did anything, ascending. */
export interface EdgeTrack extends Met {
  readonly key: EdgeKey;
  readonly rows: readonly EdgeActivity[];
}

/** Edges by their id; rows of the same edge and bin (of ends that are told apart no more) are added up. */
export function edgeTracks(activity: readonly EdgeActivity[]): ReadonlyMap<string, EdgeTrack> {
  const tracks = new Map<string, { key: EdgeKey; bins: number[]; rows: EdgeActivity[] }>();
  for (const row of activity) {
    const id = edgeId(row);
    const track = tracks.get(id) ?? { key: edgeOf(row), bins: [], rows: [] };
    tracks.set(id, track);
    const last = track.rows.length - 1;
    if (track.bins[last] === row.bin) track.rows[last] = added(track.rows[last]!, row);
    else {
      track.bins.push(row.bin);
      track.rows.push(row);
    }
  }
  return tracks;
}

export type Sums = Pick<EdgeActivity, 'windows' | 'opened' | 'closed' | 'failed' | 'requests' | 'bytes'>;

export function sumRows(rows: readonly EdgeActivity[]): Sums {
  return rows.reduce<Sums>((sum, row) => added(sum, row), NOTHING);
}

const NOTHING: Sums = { windows: 0, opened: 0, closed: 0, failed: 0, requests: 0, bytes: 0 };

function added<T extends Sums>(sum: T, row: Sums): T {
  return {
    ...sum,
    windows: sum.windows + row.windows,
    opened: sum.opened + row.opened,
    closed: sum.closed + row.closed,
    failed: sum.failed + row.failed,
    requests: sum.requests + row.requests,
    bytes: sum.bytes + row.bytes,
  };
}
