import type { MapBody, MapEdgeBody, MapNodeBody } from '../../../server/index.ts';
import { inUnit, millis, percent, perSecond } from './format.ts';
import { edgeId } from './ids.ts';
import { CARD, type Curve, curveOf, type Layout, type LayoutGraph } from './layout/index.ts';
import type { Marks } from './marks.ts';
import type { Selection } from './route.ts';
import { type Status, signalWord } from './status.ts';
import { shortName } from './text.ts';

export interface DrawnNode {
  readonly id: string;
  readonly node: MapNodeBody;
  readonly x: number;
  readonly y: number;
  readonly centre: boolean;
  readonly selected: boolean;
  readonly marked: boolean;
}

export interface DrawnEdge {
  readonly id: string;
  readonly edge: MapEdgeBody;
  readonly curve: Curve;
  readonly selected: boolean;
  readonly marked: boolean;
  /** Line width by traffic, pixels. */
  readonly width: number;
  /** What the edge says for itself; empty for one that is fine and not looked at. */
  readonly label: string;
  /** End at which the label has room: where fewer labelled edges meet. */
  readonly labelAt: 'client' | 'server';
}

export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

export function layoutGraph(map: MapBody): LayoutGraph {
  return {
    centre: map.centre,
    nodes: map.nodes.map(({ id, hops }) => ({ id, hops })),
    edges: map.edges.map((edge) => ({ id: edgeId(edge), client: edge.client, server: edge.server })),
  };
}

/** Everything there is to draw, as data. */
export function drawingOf(map: MapBody, layout: Layout, selection: Selection | null, marks: Marks): Drawing {
  const chosen = selection?.kind === 'edge' ? edgeId(selection.edge) : null;
  const edges = map.edges.filter(
    ({ client, server }) => layout.positions.has(client) && layout.positions.has(server) && client !== server,
  );
  const labelled = edges.map((edge) => labelOf(edge, edgeId(edge) === chosen));
  const lanes = new Map<string, number>();
  const ends = (end: 'client' | 'server'): Map<string, number> => {
    const sums = new Map<string, number>();
    edges.forEach((edge, i) => {
      if (labelled[i] !== '') sums.set(edge[end], (sums.get(edge[end]) ?? 0) + 1);
    });
    return sums;
  };
  const [fromClient, intoServer] = [ends('client'), ends('server')];
  return {
    nodes: map.nodes.flatMap((node) => {
      const position = layout.positions.get(node.id);
      if (position === undefined) return [];
      return [
        {
          id: node.id,
          node,
          ...position,
          centre: node.id === map.centre,
          selected: selection?.kind === 'node' && selection.node === node.id,
          marked: marks.nodes.has(node.id),
        },
      ];
    }),
    edges: edges.map((edge, i) => {
      const id = edgeId(edge);
      const pair = JSON.stringify([edge.client, edge.server]);
      const nth = lanes.get(pair) ?? 0;
      lanes.set(pair, nth + 1);
      return {
        id,
        edge,
        curve: curveOf(
          layout.positions.get(edge.client)!,
          layout.positions.get(edge.server)!,
          layout.routes.get(id) ?? [],
          CARD,
          lane(nth),
        ),
        selected: id === chosen,
        marked: marks.edges.has(id),
        width: widthOf(edge),
        label: labelled[i]!,
        labelAt:
          (intoServer.get(edge.server) ?? 0) > (fromClient.get(edge.client) ?? 0) ? 'client' : 'server',
      };
    }),
  };
}

/** 0, 1, -1, 2, -2 … */
function lane(nth: number): number {
  return nth % 2 === 1 ? (nth + 1) / 2 : -nth / 2;
}

/** A decade of traffic is half a pixel: busy edges stand out, quiet ones stay visible. */
function widthOf({ now }: MapEdgeBody): number {
  const rate = Math.max(now.requestsPerSecond, now.connectionsPerSecond);
  return 1.25 + Math.min(3, Math.max(0, Math.log10(1 + rate * 10)) * 0.7);
}

const GLYPH: Readonly<Record<Status, string>> = { ok: '●', warn: '▲', bad: '⬣', unknown: '◇' };

function labelOf({ status, signal, now }: MapEdgeBody, chosen: boolean): string {
  if ((status === 'bad' || status === 'warn') && signal !== null) {
    const value = signal.is === null ? '' : `\n${inUnit(signal.is, signal.unit)}`;
    return `${GLYPH[status]} ${signalWord(signal.signal)}${value}`;
  }
  if (!chosen) return '';
  if (now.requests === 0) return `${GLYPH[status]} ${perSecond(now.connectionsPerSecond)}\nconn/s`;
  return `${GLYPH[status]} ${perSecond(now.requestsPerSecond)}/s\n${millis(now.latencyMs.p99)}`;
}

/** The picture in words, for those who cannot see it. */
export function summary(map: MapBody): string {
  const count = (statuses: readonly Status[]): number =>
    map.edges.filter((edge) => statuses.includes(edge.status)).length;
  const [bad, warn, unknown] = [count(['bad']), count(['warn']), count(['unknown'])];
  const off = [
    bad > 0 ? `${bad} bad` : '',
    warn > 0 ? `${warn} with a warning` : '',
    unknown > 0 ? `${unknown} unknown` : '',
  ].filter((part) => part !== '');
  const folded =
    map.folded.nodes > 0
      ? `, ${map.folded.nodes} more left out (${percent(map.folded.share)} of traffic)`
      : '';
  return (
    `${shortName(map.centre)} with ${map.nodes.length - 1} neighbours within ${map.hops} hop${map.hops === 1 ? '' : 's'} and ${map.edges.length} edges` +
    `${folded}: ${off.length === 0 ? 'all edges okay' : off.join(', ')}.`
  );
}
