import type { MapBody, MapEdgeBody } from '../../../server/index.ts';
import { inUnit, millis, percent, perSecond } from '../domain/format.ts';
import { edgeId, namespaceOf } from '../domain/ids.ts';
import { summary } from '../domain/map-model.ts';
import type { Selection } from '../domain/route.ts';
import { signalWord } from '../domain/status.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { EdgeTitle, Name } from '../parts/name.tsx';
import { StatusIcon } from '../parts/status-icon.tsx';

interface Props {
  readonly map: MapBody;
  readonly selection: Selection | null;
  readonly select: (selection: Selection | null) => void;
  readonly open: (node: string) => void;
}

/** Everything the map shows, for those who would rather read, sort or listen. */
export function EdgeTable({ map, selection, select, open }: Props) {
  const chosen = selection?.kind === 'edge' ? edgeId(selection.edge) : null;
  const linked = new Set(map.edges.flatMap((edge) => [edge.client, edge.server]));
  const alone = map.nodes.filter((node) => !linked.has(node.id));
  return (
    <div class="twin">
      <p class="note">{summary(map)}</p>
      <DataTable
        caption={`Edges around ${map.centre}`}
        columns={columns(select, namespaceOf(map.centre))}
        rows={map.edges}
        rowKey={edgeId}
        initial={{ column: 'state', ascending: false }}
        current={(edge) => edgeId(edge) === chosen}
      />
      <h2>Workloads</h2>
      <ul class="plain workloads">
        {map.nodes.map((node) => (
          <li key={node.id}>
            <StatusIcon status={node.status} />
            <button type="button" class="link" onClick={() => select({ kind: 'node', node: node.id })}>
              <Name text={node.id} length={60} />
            </button>
            <span class="note">
              {node.hops === 0
                ? 'in the middle'
                : `${Math.abs(node.hops)} hop${Math.abs(node.hops) === 1 ? '' : 's'} ${node.hops < 0 ? 'up' : 'down'}`}
            </span>
            {node.hops !== 0 && (
              <button type="button" class="link quiet" onClick={() => open(node.id)}>
                put in the middle
              </button>
            )}
          </li>
        ))}
      </ul>
      {alone.length > 0 && map.edges.length > 0 && (
        <p class="note">{alone.length} of them without traffic in this minute.</p>
      )}
      {map.folded.nodes > 0 && (
        <p class="note">
          {map.folded.nodes} more workloads left out ({percent(map.folded.share)} of traffic).
        </p>
      )}
    </div>
  );
}

const RANK = { ok: 0, unknown: 1, warn: 2, bad: 3 } as const;

function columns(select: Props['select'], home: string): Column<MapEdgeBody>[] {
  const number = (
    key: string,
    title: string,
    sort: (edge: MapEdgeBody) => number | null,
    show: (edge: MapEdgeBody) => string,
  ): Column<MapEdgeBody> => ({ key, title, numeric: true, sort, cell: show });
  return [
    {
      key: 'edge',
      title: 'Edge',
      sort: (edge) => `${edge.client} ${edge.server} ${edge.port}`,
      cell: (edge) => (
        <button
          type="button"
          class="link"
          onClick={() =>
            select({ kind: 'edge', edge: { client: edge.client, server: edge.server, port: edge.port } })
          }
        >
          <EdgeTitle {...edge} home={home} />
        </button>
      ),
    },
    {
      key: 'state',
      title: 'State',
      descending: true,
      sort: (edge) => RANK[edge.status] * 1e9 + edge.now.requests,
      cell: (edge) => (
        <span class="state">
          <StatusIcon status={edge.status} word={edge.signal === null} />
          {edge.signal !== null &&
            `${signalWord(edge.signal.signal)} ${inUnit(edge.signal.is, edge.signal.unit)}`}
        </span>
      ),
    },
    number(
      'requests',
      'Requests/s',
      ({ now }) => now.requestsPerSecond,
      ({ now }) => perSecond(now.requestsPerSecond),
    ),
    number(
      'connections',
      'Connections/s',
      ({ now }) => now.connectionsPerSecond,
      ({ now }) => perSecond(now.connectionsPerSecond),
    ),
    number(
      'failed',
      'Failed',
      ({ now }) => now.failureShare,
      ({ now }) => percent(now.failureShare),
    ),
    number(
      'p50',
      'P50',
      ({ now }) => now.latencyMs.p50,
      ({ now }) => millis(now.latencyMs.p50),
    ),
    number(
      'p95',
      'P95',
      ({ now }) => now.latencyMs.p95,
      ({ now }) => millis(now.latencyMs.p95),
    ),
    number(
      'p99',
      'P99',
      ({ now }) => now.latencyMs.p99,
      ({ now }) => millis(now.latencyMs.p99),
    ),
    number(
      'retransmits',
      'Retransmits',
      ({ now }) => now.retransmitShare,
      ({ now }) => percent(now.retransmitShare),
    ),
  ];
}
