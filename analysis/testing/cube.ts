import { NOTHING } from '../counts.ts';
import { edgeId } from '../keys.ts';
import type { LeafPair } from '../leaves.ts';
import type { Cube } from '../localise/index.ts';
import { MEASURES, type MeasureName } from '../measure.ts';
import type { Pod } from './shop.ts';

/** What one pod asked of another, and how much of it was bad. */
export interface Counted {
  readonly client: Pod;
  readonly server: Pod;
  readonly total: number;
  readonly bad: number;
}

/** A cube of plain counts: edges named in `accused` have an anomaly, and one in two thousand was bad before. */
export function cubeOfCounts(
  measure: MeasureName,
  counted: readonly Counted[],
  accused: (client: string, server: string) => boolean,
): Cube {
  const total = Float64Array.from(counted, (one) => one.total);
  const bad = Float64Array.from(counted, (one) => one.bad);
  return {
    measure: MEASURES.find(({ name }) => name === measure)!,
    leaves: counted.map(leafOf),
    total,
    traffic: total.slice(),
    raw: bad.slice(),
    bad,
    expected: total.map((events) => events / 2_000),
    accused: Uint8Array.from(counted, ({ client, server }) =>
      Number(accused(client.workload, server.workload)),
    ),
    inflation: 1,
    correlation: 0.001,
  };
}

function leafOf({ client, server }: Counted): LeafPair {
  const edge = {
    client: { namespace: 'shop', workload: client.workload },
    server: { namespace: 'shop', workload: server.workload },
    port: 80,
  };
  return {
    edge,
    edgeId: edgeId(edge),
    client: endpoint(client),
    server: endpoint(server),
    port: 80,
    now: NOTHING,
    before: NOTHING,
    stretches: [],
    clientInstance: client.name,
    serverInstance: server.name,
  };
}

function endpoint({ name, workload, version, node, zone }: Pod): LeafPair['client'] {
  return {
    id: 0,
    resolution: 'process',
    tags: { namespace: 'shop', workload, version, pod: name, node, zone },
  } as unknown as LeafPair['client'];
}
