import { useEffect, useMemo, useState } from 'preact/hooks';
import type { MapBody, ReportBody } from '../../../server/index.ts';
import { apiPath } from '../api.ts';
import { marksOf, NO_MARKS } from '../domain/marks.ts';
import { clampHops, HOME, type Route, type Selection } from '../domain/route.ts';
import { shortName } from '../domain/text.ts';
import { EdgePanel } from '../panel/edge-panel.tsx';
import { NodePanel } from '../panel/node-panel.tsx';
import { ReportPanel } from '../panel/report-panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { useKeys } from '../state/use-keys.ts';
import { useResource } from '../state/use-resource.ts';
import type { Navigate } from '../state/use-route.ts';
import { EdgeTable } from './edge-table.tsx';
import { EmptyStore } from './empty-store.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { MapToolbar } from './map-toolbar.tsx';

/** The most the server will draw; asked for with "show all". */
const ALL_NODES = 150;

interface Props {
  readonly route: Route;
  readonly centre: string;
  readonly tick: number;
  readonly navigate: Navigate;
  readonly open: (service: string) => void;
  readonly onShown: (at: string | null) => void;
}

/** A neighbourhood as map or table, and beside it the report or what is selected. */
export function MapView({ route, centre, tick, navigate, open, onShown }: Props) {
  const { at, hops, direction, selection } = route;
  const map = useResource<MapBody>(
    apiPath('map', { service: centre, hops, direction, at, limit: route.all ? ALL_NODES : null }),
    tick,
  );
  const report = useResource<ReportBody>(apiPath('why', { service: centre, at }), tick);
  const [finding, setFinding] = useState(0);
  const shown = map.data?.at ?? null;
  useEffect(() => onShown(shown), [shown, onShown]);
  useEffect(() => {
    document.title = `${shortName(centre)} · faultline`;
    setFinding(0);
  }, [centre]);
  const select = (next: Selection | null): void =>
    navigate({ selection: next, panel: next === null ? 'report' : 'selection' });
  const keys = useMemo(
    () => ({
      '[': () => navigate({ hops: clampHops(hops - 1) }),
      ']': () => navigate({ hops: clampHops(hops + 1) }),
      t: () => navigate({ view: route.view === 'map' ? 'table' : 'map' }),
      w: () => navigate({ panel: 'report' }),
      Escape: () => {
        if (selection !== null) navigate({ selection: null, panel: 'report' });
      },
    }),
    [hops, route.view, selection, navigate],
  );
  useKeys(keys);

  const findings = report.data?.findings;
  const marks = useMemo(
    () => (findings === undefined ? NO_MARKS : marksOf(findings[finding])),
    [findings, finding],
  );
  if (map.problem?.code === 'FL-555') return <EmptyStore problem={map.problem} />;
  if (map.problem !== null) {
    return (
      <main class="home">
        <Problem problem={map.problem} open={open} />
      </main>
    );
  }
  const body = map.data;
  return (
    <main class={`neighbourhood ${route.panel === 'none' ? 'wide' : ''}`}>
      <section class="stage" aria-label="Neighbourhood">
        <MapToolbar route={route} centre={body?.centre ?? centre} navigate={navigate} />
        {body === null ? (
          <p class="waiting" role="status">
            {map.unreachable ? 'The server cannot be reached.' : 'Reading …'}
          </p>
        ) : route.view === 'map' ? (
          <MapCanvas
            key={body.centre}
            map={body}
            still={`${body.centre} ${hops} ${direction} ${at} ${route.all}`}
            selection={selection}
            marks={marks}
            select={select}
            open={open}
            showAll={() => navigate({ all: true })}
          />
        ) : (
          <EdgeTable map={body} selection={selection} select={select} open={open} />
        )}
      </section>
      {route.panel !== 'none' && (
        <aside class="panel" aria-label="Details">
          <PanelTabs route={route} navigate={navigate} />
          {route.panel === 'selection' && selection?.kind === 'edge' ? (
            <EdgePanel
              edge={selection.edge}
              at={at}
              tick={tick}
              baseline={report.data?.baseline ?? null}
              select={select}
            />
          ) : route.panel === 'selection' && selection?.kind === 'node' ? (
            <NodePanel
              id={selection.node}
              at={at}
              tick={tick}
              centre={body?.centre ?? null}
              select={select}
              open={open}
              navigate={navigate}
            />
          ) : (
            <ReportPanel
              report={report}
              finding={finding}
              chooseFinding={setFinding}
              open={open}
              select={select}
            />
          )}
        </aside>
      )}
    </main>
  );
}

function PanelTabs({ route, navigate }: { route: Route; navigate: Navigate }) {
  const { selection } = route;
  const report = route.panel === 'report' || selection === null;
  return (
    <div class="tabs">
      <button type="button" aria-pressed={report} onClick={() => navigate({ panel: 'report' })}>
        Why?
      </button>
      {selection !== null && (
        <button type="button" aria-pressed={!report} onClick={() => navigate({ panel: 'selection' })}>
          {selection.kind === 'edge' ? 'Edge' : 'Workload'}
        </button>
      )}
      <button
        type="button"
        class="quiet close"
        aria-label="Close the panel"
        onClick={() => navigate({ panel: 'none', selection: HOME.selection })}
      >
        ×
      </button>
    </div>
  );
}
