import type { ElementDefinition } from 'cytoscape';
import { cardImage, type Measure } from '../domain/card.ts';
import type { Point } from '../domain/layout/index.ts';
import type { Drawing, DrawnEdge, DrawnNode } from '../domain/map-model.ts';
import { shapeOf } from './style.ts';
import type { Theme } from './theme.ts';

/** The drawing in the terms of the library. */
export function elementsOf(drawing: Drawing, theme: Theme): ElementDefinition[] {
  return [
    ...drawing.nodes.map((node) => nodeElement(node, theme)),
    ...drawing.edges.map((edge) => edgeElement(edge)),
  ];
}

function nodeElement(drawn: DrawnNode, theme: Theme): ElementDefinition {
  const { node } = drawn;
  return {
    group: 'nodes',
    data: {
      id: `n ${drawn.id}`,
      name: drawn.id,
      image: cardImage(node, theme, measure),
      shape: shapeOf(node.kind),
    },
    position: { x: drawn.x, y: drawn.y },
    classes: classes(node.status, {
      centre: drawn.centre,
      selected: drawn.selected,
      marked: drawn.marked,
      outside: node.kind === 'outside',
      unresolved: node.kind === 'unresolved',
    }),
  };
}

function edgeElement({ id, edge, curve, ...drawn }: DrawnEdge): ElementDefinition {
  return {
    group: 'edges',
    data: {
      id: `e ${id}`,
      edge: { client: edge.client, server: edge.server, port: edge.port },
      source: `n ${edge.client}`,
      target: `n ${edge.server}`,
      width: drawn.width,
      label: drawn.label,
      source_: pixels(curve.source),
      target_: pixels(curve.target),
      weights: curve.weights,
      distances: curve.distances,
    },
    classes: classes(edge.status, {
      selected: drawn.selected,
      marked: drawn.marked,
      'at-server': drawn.label !== '' && drawn.labelAt === 'server',
      'at-client': drawn.label !== '' && drawn.labelAt === 'client',
    }),
  };
}

function pixels({ x, y }: Point): string {
  return `${x}px ${y}px`;
}

function classes(status: string, flags: Readonly<Record<string, boolean>>): string[] {
  return [status, ...Object.keys(flags).filter((name) => flags[name])];
}

const context = document.createElement('canvas').getContext('2d');

const measure: Measure = (text, font) => {
  if (context === null) return text.length * 8;
  context.font = font;
  return context.measureText(text).width;
};
