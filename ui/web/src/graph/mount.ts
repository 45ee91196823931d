import cytoscape, { type Core, type ElementDefinition } from 'cytoscape';
import type { EdgeName } from '../domain/ids.ts';
import type { Drawing } from '../domain/map-model.ts';
import type { Selection } from '../domain/route.ts';
import { shortName } from '../domain/text.ts';
import { elementsOf } from './elements.ts';
import { styleSheet } from './style.ts';
import { readTheme } from './theme.ts';

export interface GraphHandlers {
  readonly select: (selection: Selection | null) => void;
  readonly open: (node: string) => void;
}

export interface Graph {
  /** Draws the difference; nothing that stays is moved. */
  draw(drawing: Drawing): void;
  /** Shows everything, or the part around the centre where everything would be too small to read. */
  fit(): void;
  zoomBy(factor: number): void;
  destroy(): void;
}

/** Below this a card cannot be read, above it the picture is needlessly coarse. */
const READABLE_ZOOM = 0.62;
const LARGEST_ZOOM = 1.1;
const PADDING = 36;

export function mountGraph(container: HTMLElement, handlers: GraphHandlers): Graph {
  // The library would add a style element for this one rule, which the content policy forbids; ours has it already.
  const id = '__________cytoscape_stylesheet';
  if (document.getElementById(id) === null) {
    document.head.append(Object.assign(document.createElement('template'), { id }));
  }
  let theme = readTheme(container);
  let drawing: Drawing = { nodes: [], edges: [] };
  const cy = cytoscape({
    container,
    style: styleSheet(theme),
    layout: { name: 'preset' },
    minZoom: 0.12,
    maxZoom: 2.5,
    autoungrabify: true,
    boxSelectionEnabled: false,
    selectionType: 'single',
  });
  const abort = new AbortController();
  matchMedia('(prefers-color-scheme: dark)').addEventListener(
    'change',
    () => {
      theme = readTheme(container);
      cy.style(styleSheet(theme));
      replaceElements(cy, elementsOf(drawing, theme));
    },
    { signal: abort.signal },
  );
  listen(cy, container, handlers);
  return {
    draw(next) {
      drawing = next;
      replaceElements(cy, elementsOf(next, theme));
    },
    fit: () => showAll(cy),
    zoomBy(factor) {
      const { width, height } = container.getBoundingClientRect();
      cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
    },
    destroy() {
      abort.abort();
      cy.destroy();
    },
  };
}

function listen(cy: Core, container: HTMLElement, { select, open }: GraphHandlers): void {
  cy.on('tap', (event) => {
    if (event.target === cy) select(null);
  });
  cy.on('tap', 'node', (event) => select({ kind: 'node', node: String(event.target.data('name')) }));
  cy.on('tap', 'edge', (event) => select({ kind: 'edge', edge: event.target.data('edge') as EdgeName }));
  cy.on('dbltap', 'node', (event) => open(String(event.target.data('name'))));
  cy.on('mouseover', 'node, edge', (event) => {
    event.target.addClass('hovered');
    container.classList.add('pointing');
    const name: unknown = event.target.data('name');
    if (typeof name === 'string') container.title = shortName(name);
  });
  cy.on('mouseout', 'node, edge', (event) => {
    event.target.removeClass('hovered');
    container.classList.remove('pointing');
    container.removeAttribute('title');
  });
}

function replaceElements(cy: Core, elements: readonly ElementDefinition[]): void {
  cy.batch(() => {
    const wanted = new Set(elements.map(({ data }) => data.id));
    cy.elements().forEach((element) => {
      if (!wanted.has(element.id())) element.remove();
    });
    for (const element of elements) {
      const known = cy.getElementById(String(element.data.id));
      if (known.empty()) {
        cy.add(element);
        continue;
      }
      known.data(element.data);
      known.classes(element.classes as string[]);
      if (element.position !== undefined) known.position(element.position);
    }
  });
}

function showAll(cy: Core): void {
  cy.resize();
  if (cy.elements().empty()) return;
  cy.fit(undefined, PADDING);
  if (cy.zoom() > LARGEST_ZOOM) cy.zoom(LARGEST_ZOOM);
  if (cy.zoom() >= READABLE_ZOOM) {
    cy.center();
    return;
  }
  cy.zoom(READABLE_ZOOM);
  cy.center(cy.nodes('.centre'));
  // What lies beyond the window is on one side: no room is left empty on the other.
  const { x1, x2, y1, y2 } = cy.elements().renderedBoundingBox();
  cy.panBy({ x: closer(x1, x2, cy.width()), y: closer(y1, y2, cy.height()) });
}

/** How far a picture from `low` to `high` must be moved to fill a window of this size, or to lie in its middle. */
function closer(low: number, high: number, size: number): number {
  if (high - low <= size - 2 * PADDING) return (size - low - high) / 2;
  if (low > PADDING) return PADDING - low;
  return high < size - PADDING ? size - PADDING - high : 0;
}
