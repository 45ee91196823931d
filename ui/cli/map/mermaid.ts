import { rate } from '../../report/format.ts';
import type { MapDocument } from './document.ts';

/** The neighbourhood as a Mermaid flowchart, for documents that draw one. */
export function mapMermaid(map: MapDocument): string {
  const id = new Map(map.nodes.map((node, i) => [node.id, `n${i}`]));
  const nodes = map.nodes.map(
    (node) => `  ${id.get(node.id)}["${text(node.id)}"]${node.hops === 0 ? ':::centre' : ''}`,
  );
  const edges = map.edges.flatMap(({ client, server, port, now, status }) => {
    const [from, to] = [id.get(client), id.get(server)];
    if (from === undefined || to === undefined) return [];
    const state = status === 'bad' || status === 'warn' ? `, ${status}` : '';
    const arrow = status === 'bad' ? '==>' : '-->';
    return [`  ${from} ${arrow}|":${port}, ${rate(now.requestsPerSecond)} req/s${state}"| ${to}`];
  });
  return ['flowchart LR', ...nodes, ...edges, '  classDef centre stroke-width:3px', ''].join('\n');
}

/** Names inside quotes: what could end them or start markup is written as an entity. */
function text(name: string): string {
  return name.replace(/[^\w./:-]/g, (character) => `#${character.codePointAt(0)};`);
}
