import type { MapBody, MapEdgeBody } from '../../../server/index.ts';
import { apiPath } from '../api.ts';
import { inUnit, millis, percent, perSecond } from '../domain/format.ts';
import { edgeId, within } from '../domain/ids.ts';
import { HOME, type Selection } from '../domain/route.ts';
import { byStatus, STATUS_WORD, signalWord } from '../domain/status.ts';
import { Name } from '../parts/name.tsx';
import { StatusIcon } from '../parts/status-icon.tsx';
import { useResource } from '../state/use-resource.ts';
import type { Navigate } from '../state/use-route.ts';

interface Props {
  readonly id: string;
  readonly at: string | null;
  readonly tick: number;
  readonly centre: string | null;
  readonly select: (selection: Selection | null) => void;
  readonly open: (node: string) => void;
  readonly navigate: Navigate;
}

/** One workload: what it is, who calls it, what it calls. */
export function NodePanel({ id, at, tick, centre, select, open, navigate }: Props) {
  const path = apiPath('map', { service: id, hops: 1, at, limit: 150 });
  const { data, problem } = useResource<MapBody>(path, tick);
  if (problem !== null)
    return (
      <p class="problem">
        {problem.detail}. {problem.hint}
      </p>
    );
  const node = data?.nodes.find((one) => one.id === id);
  if (data === null || node === undefined) return <p class="waiting">Reading …</p>;
  const into = data.edges.filter((edge) => edge.server === id);
  const out = data.edges.filter((edge) => edge.client === id);
  return (
    <article>
      <h2>
        <Name text={node.workload} length={60} />
      </h2>
      <p class="verdict" aria-live="polite">
        <StatusIcon status={node.status} /> {STATUS_WORD[node.status]}
        <span class="note aside">
          {node.namespace === '' ? '' : <Name text={node.namespace} />} {node.kind}
        </span>
      </p>
      <p class="actions">
        {id !== centre && (
          <button type="button" class="primary" onClick={() => open(id)}>
            Put in the middle
          </button>
        )}
        <button type="button" onClick={() => navigate({ ...HOME, centre: id, at, panel: 'report' })}>
          Why?
        </button>
      </p>
      <dl class="facts">
        <Fact title="Pods seen" values={node.pods > 0 ? [String(node.pods)] : []} />
        <Fact title="Versions" values={node.versions} />
        <Fact title="Zones" values={node.zones} />
        <Fact title="Nodes" values={node.nodes} />
      </dl>
      <h3>Called by</h3>
      <EdgeList
        edges={into}
        end="client"
        select={select}
        none="Nobody in this minute."
        home={node.namespace}
      />
      <h3>Calls</h3>
      <EdgeList
        edges={out}
        end="server"
        select={select}
        none="Nothing in this minute."
        home={node.namespace}
      />
    </article>
  );
}

function Fact({ title, values }: { title: string; values: readonly string[] }) {
  if (values.length === 0) return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {values.map((value, index) => (
          <span key={value}>
            {index > 0 && ', '}
            <Name text={value} length={40} />
          </span>
        ))}
      </dd>
    </div>
  );
}

function EdgeList(props: {
  readonly edges: readonly MapEdgeBody[];
  readonly end: 'client' | 'server';
  readonly select: Props['select'];
  readonly none: string;
  readonly home: string;
}) {
  if (props.edges.length === 0) return <p class="note">{props.none}</p>;
  const sorted = [...props.edges].sort(
    (a, b) => byStatus(a.status, b.status) || b.now.requestsPerSecond - a.now.requestsPerSecond,
  );
  return (
    <ul class="plain edge-list">
      {sorted.map((edge) => (
        <li key={edgeId(edge)}>
          <button
            type="button"
            onClick={() =>
              props.select({
                kind: 'edge',
                edge: { client: edge.client, server: edge.server, port: edge.port },
              })
            }
          >
            <StatusIcon status={edge.status} />
            <span>
              <Name text={within(edge[props.end], props.home)} length={34} />
              <span class="port"> :{edge.port}</span>
            </span>
            <span class="note">{say(edge)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function say({ signal, now }: MapEdgeBody): string {
  if (signal !== null) return `${signalWord(signal.signal)} ${inUnit(signal.is, signal.unit)}`;
  if (now.requests === 0) return `${perSecond(now.connectionsPerSecond)} conn/s`;
  const failed =
    now.failureShare === null || now.failureShare === 0 ? '' : ` · ${percent(now.failureShare)} failed`;
  return `${perSecond(now.requestsPerSecond)}/s · P99 ${millis(now.latencyMs.p99)}${failed}`;
}
