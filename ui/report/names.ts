import type { DomainTag, Finding } from '../../analysis/index.ts';
import type { EdgeKey, NodeKey } from '../../graph/index.ts';

/** `namespace/workload`, or the bare name of what lives outside the cluster: the key every command accepts. */
export function nodeName(node: NodeKey): string {
  return node.namespace === '' ? node.workload : `${node.namespace}/${node.workload}`;
}

/** The name inside a report on one service: the namespace is said only where it is another one. */
export function shortName(node: NodeKey, home: NodeKey): string {
  return node.namespace === home.namespace ? node.workload : nodeName(node);
}

/** `checkout → payment :50051` */
export function edgeName(edge: EdgeKey, home: NodeKey): string {
  return `${shortName(edge.client, home)} → ${shortName(edge.server, home)} :${edge.port}`;
}

export function isEdge(origin: Finding['origin']): origin is EdgeKey {
  return 'client' in origin;
}

/** The workload a finding accuses: the answering end of an edge. */
export function accused(origin: Finding['origin']): NodeKey {
  return isEdge(origin) ? origin.server : origin;
}

export function originName(origin: Finding['origin'], home: NodeKey): string {
  return isEdge(origin) ? edgeName(origin, home) : shortName(origin, home);
}

/** A domain as an expression: `server version = v2.12 and server zone = eu-1b`, `either end zone = eu-1c`. */
export function domainExpression(domain: readonly DomainTag[], ends?: Finding['ends']): string {
  const tags = domain.map(
    ({ side, tag, value }) => `${ends === undefined ? side : 'one end'} ${tag} = ${value}`,
  );
  const all = ends === undefined ? tags : [...new Set(tags)];
  return `${all.join(' and ')}${ends === 'border' ? ', the other end elsewhere' : ''}`;
}

/** A domain in a word or two: `v2.12`, `zone eu-1b`, `client node n3`; a place at either end has no side. */
export function domainName(domain: readonly DomainTag[], ends?: Finding['ends']): string {
  const names = domain.map((tag) => tagName(tag, ends === undefined));
  return [...new Set(names)].join(ends === undefined ? ' in ' : ' and ');
}

function tagName({ side, tag, value }: DomainTag, sided: boolean): string {
  const name = tag === 'version' || tag === 'workload' ? value : `${tag} ${value}`;
  return sided && side === 'client' ? `client ${name}` : name;
}
