import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MapBody } from '../../../server/index.ts';
import { percent } from '../domain/format.ts';
import { type Layout, layOut, settle } from '../domain/layout/index.ts';
import { drawingOf, layoutGraph, summary } from '../domain/map-model.ts';
import type { Marks } from '../domain/marks.ts';
import type { Selection } from '../domain/route.ts';
import { type Step, walk } from '../domain/walk.ts';
import type { Graph } from '../graph/mount.ts';
import { Name } from '../parts/name.tsx';
import { Legend } from './legend.tsx';

interface Props {
  readonly map: MapBody;
  /** While this stays the same, nothing that is drawn moves. */
  readonly still: string;
  readonly selection: Selection | null;
  readonly marks: Marks;
  readonly select: (selection: Selection | null) => void;
  readonly open: (node: string) => void;
  readonly showAll: () => void;
}

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function MapCanvas({ map, still, selection, marks, select, open, showAll }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const [graph, setGraph] = useState<Graph | null>(null);
  const handlers = useRef({ select, open });
  handlers.current = { select, open };
  const layout = useSettledLayout(map, still);
  const drawing = useMemo(() => drawingOf(map, layout, selection, marks), [map, layout, selection, marks]);

  useEffect(() => {
    let mounted: Graph | null = null;
    let gone = false;
    // The drawing library is most of the page's weight, so it comes with the first map and not before.
    void import('../graph/mount.ts').then(({ mountGraph }) => {
      if (gone || container.current === null) return;
      mounted = mountGraph(container.current, {
        select: (next) => handlers.current.select(next),
        open: (node) => handlers.current.open(node),
      });
      setGraph(mounted);
    });
    return () => {
      gone = true;
      mounted?.destroy();
    };
  }, []);
  useEffect(() => graph?.draw(drawing), [graph, drawing]);
  // A new view is fitted once, a refreshed one never.
  useEffect(() => graph?.fit(), [graph, still]);

  const key = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const from = selection?.kind === 'node' ? selection.node : map.centre;
    if (step !== undefined) {
      const next = walk(layout.positions, from, step);
      if (next !== null) select({ kind: 'node', node: next });
    } else if (event.key === 'Enter') {
      if (selection?.kind !== 'node') select({ kind: 'node', node: map.centre });
      else if (selection.node !== map.centre) open(selection.node);
    } else if (event.key === 'f') graph?.fit();
    else if (event.key === '+') graph?.zoomBy(1.25);
    else if (event.key === '-') graph?.zoomBy(0.8);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section
      class="canvas"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk the map while it is focused
      tabIndex={0}
      aria-label="Map. Arrow keys walk, Enter opens, t shows the same as a table."
      data-ready={graph === null ? undefined : 'yes'}
      onKeyDown={key}
    >
      <div class="drawing" role="img" aria-label={summary(map)} ref={container} />
      {map.edges.length === 0 && (
        <p class="alone">
          No traffic of <Name text={map.centre} length={80} /> in this minute.
        </p>
      )}
      <div class="corner">
        {map.folded.nodes > 0 && (
          <button type="button" class="folded" onClick={showAll}>
            +{map.folded.nodes} more <span>({percent(map.folded.share)} of traffic)</span>
          </button>
        )}
        <Legend />
        <fieldset class="zoom" aria-label="Zoom">
          <button type="button" aria-label="Zoom out" onClick={() => graph?.zoomBy(0.8)}>
            −
          </button>
          <button type="button" aria-label="Fit the map into the window" onClick={() => graph?.fit()}>
            Fit
          </button>
          <button type="button" aria-label="Zoom in" onClick={() => graph?.zoomBy(1.25)}>
            +
          </button>
        </fieldset>
      </div>
    </section>
  );
}

/** A fresh layout for a new view; for a refreshed one, the old places with what is new fitted in. */
function useSettledLayout(map: MapBody, still: string): Layout {
  const last = useRef<{ still: string; shape: string; layout: Layout } | null>(null);
  return useMemo(() => {
    const graph = layoutGraph(map);
    const shape = JSON.stringify([graph.nodes.map((n) => n.id).sort(), graph.edges.map((e) => e.id).sort()]);
    const before = last.current;
    const layout =
      before === null || before.still !== still
        ? layOut(graph)
        : before.shape === shape
          ? before.layout
          : settle(before.layout, graph);
    last.current = { still, shape, layout };
    return layout;
  }, [map, still]);
}
