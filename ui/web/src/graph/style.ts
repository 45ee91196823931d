import type { StylesheetJson } from 'cytoscape';
import { CARD } from '../domain/layout/index.ts';
import type { Theme } from './theme.ts';

/** Body of a card by what kind of thing it is; words for them are in the legend. */
export function shapeOf(kind: string): string {
  switch (kind) {
    case 'StatefulSet':
      return 'barrel';
    case 'DaemonSet':
    case 'Node':
      return 'bottom-round-rectangle';
    case 'Job':
    case 'CronJob':
      return 'cut-rectangle';
    case 'outside':
    case 'unresolved':
      return 'rectangle';
    default:
      return 'round-rectangle';
  }
}

export function styleSheet(theme: Theme): StylesheetJson {
  const edge = (status: keyof Theme['edge'], line: object): StylesheetJson[number] => ({
    selector: `edge.${status}`,
    style: {
      'line-color': theme.edge[status],
      'target-arrow-color': theme.edge[status],
      color: theme.status[status],
      ...line,
    },
  });
  return [
    {
      selector: 'node',
      style: {
        width: CARD.width,
        height: CARD.height,
        shape: 'data(shape)' as 'rectangle',
        'corner-radius': '8',
        'background-color': theme.surface,
        'background-image': 'data(image)',
        'background-fit': 'none',
        'background-width': '100%',
        'background-height': '100%',
        'border-width': 1,
        'border-color': theme.border,
        'overlay-opacity': 0,
      },
    },
    { selector: 'node.outside, node.unresolved', style: { 'border-style': 'dashed' } },
    { selector: 'node.bad', style: { 'border-color': theme.status.bad, 'border-width': 1.5 } },
    { selector: 'node.warn', style: { 'border-color': theme.status.warn, 'border-width': 1.5 } },
    { selector: 'node.centre', style: { 'border-width': 2.5, 'border-color': theme.text } },
    {
      selector: 'node.marked',
      style: { 'underlay-color': theme.status.bad, 'underlay-opacity': 0.16, 'underlay-padding': 9 },
    },
    {
      selector: 'node.selected',
      style: {
        'outline-width': 2.5,
        'outline-offset': 2,
        'outline-color': theme.accent,
        'outline-opacity': 1,
      },
    },
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        'curve-style': 'unbundled-bezier',
        // The type lags behind the library.
        'edge-distances': 'endpoints' as 'intersection',
        'source-endpoint': 'data(source_)' as '0deg',
        'target-endpoint': 'data(target_)' as '0deg',
        'control-point-weights': 'data(weights)' as unknown as number,
        'control-point-distances': 'data(distances)' as unknown as number,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.8,
        'font-size': 11,
        'font-weight': 600,
        'font-family': 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
        'text-wrap': 'wrap',
        'line-height': 1.15,
        'text-background-color': theme.surface,
        'text-background-opacity': 0.92,
        'text-background-padding': '3px',
        'text-background-shape': 'roundrectangle',
        'min-zoomed-font-size': 6,
        'overlay-opacity': 0,
      },
    },
    edge('ok', { 'line-style': 'solid' }),
    edge('warn', { 'line-style': 'dashed', 'line-dash-pattern': [9, 4] }),
    edge('bad', { 'line-style': 'solid', 'target-arrow-shape': 'triangle-tee', 'arrow-scale': 1.05 }),
    edge('unknown', { 'line-style': 'dotted', 'target-arrow-shape': 'vee' }),
    { selector: 'edge.bad, edge.warn', style: { 'z-index': 5 } },
    {
      selector: 'edge.at-server',
      style: { 'target-label': 'data(label)', 'target-text-offset': 37 },
    },
    {
      selector: 'edge.at-client',
      style: { 'source-label': 'data(label)', 'source-text-offset': 33 },
    },
    {
      selector: 'edge.marked',
      style: {
        'underlay-color': theme.status.bad,
        'underlay-opacity': 0.16,
        'underlay-padding': 7,
        'z-index': 6,
      },
    },
    {
      selector: 'edge.selected, edge.hovered',
      style: {
        'underlay-color': theme.accent,
        'underlay-opacity': 0.3,
        'underlay-padding': 5,
        'z-index': 8,
      },
    },
    { selector: '.faded', style: { opacity: 0.28 } },
  ];
}
