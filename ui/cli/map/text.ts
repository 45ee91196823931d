import { count, counted, milliseconds, percent, rate } from '../../report/format.ts';
import { printable, type Style } from '../../report/style.ts';
import type { MapDocument, MapEdge } from './document.ts';

/** The neighbourhood as a list: callers first, then what the service calls, then what lies further away. */
export function mapText(map: MapDocument, paint: Style): string {
  const centre = map.nodes.find(({ hops }) => hops === 0);
  const width = Math.max(...map.edges.map((edge) => edgeName(edge).length));
  const blocks = [
    heading(map, centre === undefined ? '' : about(centre), paint),
    ...sections(map).map(([title, edges]) => section(title, edges, width, paint)),
    ...folded(map),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function heading(map: MapDocument, facts: string, paint: Style): string {
  const period = `${map.period.from.slice(11, 19)} to ${map.period.to.slice(11, 19)} UTC on ${map.period.to.slice(0, 10)}`;
  const reach = `${counted(map.hops, 'hop')} ${DIRECTIONS[map.direction]}`;
  const first = `${paint.bold(printable(map.centre))}${facts === '' ? '' : ` (${printable(facts)})`}, ${reach}, ${period}`;
  return map.edges.length === 0 ? `${first}\n\nNothing was connected to it in this minute.` : first;
}

const DIRECTIONS = { up: 'towards its callers', down: 'towards its dependencies', both: 'each way' } as const;

function about({ pods, versions }: MapDocument['nodes'][number]): string {
  const instances = pods === 0 ? [] : [counted(pods, 'pod')];
  return [...instances, ...versions].join(', ');
}

function sections(map: MapDocument): [title: string, edges: readonly MapEdge[]][] {
  const near = (edge: MapEdge): boolean => edge.client === map.centre || edge.server === map.centre;
  const all: [string, readonly MapEdge[]][] = [
    ['called by', map.edges.filter(({ server }) => server === map.centre)],
    ['calls', map.edges.filter(({ client, server }) => client === map.centre && server !== map.centre)],
    ['further away', map.edges.filter((edge) => !near(edge))],
  ];
  return all.filter(([, edges]) => edges.length > 0);
}

function edgeName({ client, server, port }: MapEdge): string {
  return printable(`${client} → ${server} :${port}`);
}

function section(title: string, edges: readonly MapEdge[], width: number, paint: Style): string {
  const lines = [...edges]
    .sort(byImportance)
    .map((edge) => `  ${edgeName(edge).padEnd(width)}  ${numbers(edge)}  ${state(edge, paint)}`.trimEnd());
  return [paint.bold(title), ...lines].join('\n');
}

const RANK = { bad: 0, warn: 1, unknown: 2, ok: 3 } as const;

function byImportance(a: MapEdge, b: MapEdge): number {
  return RANK[a.status] - RANK[b.status] || b.now.requests - a.now.requests;
}

function numbers({ now }: MapEdge): string {
  const calls =
    now.requests > 0 ? `${rate(now.requestsPerSecond)} req/s` : `${rate(now.connectionsPerSecond)} conn/s`;
  const times =
    `P50 ${milliseconds(now.latencyMs.p50)}`.padEnd(13) + `P99 ${milliseconds(now.latencyMs.p99)}`.padEnd(13);
  return `${calls.padStart(12)}  ${times}${failures({ now })}`.trimEnd().padEnd(56);
}

function failures({ now }: Pick<MapEdge, 'now'>): string {
  const parts = [
    now.failedRequests === 0 ? '' : `${percent(now.failureShare)} failed`,
    now.failedConnections === 0 ? '' : `${count(now.failedConnections)} not connected`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function state({ status, signal }: MapEdge, paint: Style): string {
  const what = signal === null ? '' : `: ${signal.signal}`;
  switch (status) {
    case 'bad':
      return paint.bad(`✗ bad${what}`);
    case 'warn':
      return paint.warn(`▲ unusual${what}`);
    case 'unknown':
      return paint.dim('? not enough data');
    case 'ok':
      return paint.good('✓ ok');
  }
}

function folded({ folded }: MapDocument): string[] {
  return folded.nodes === 0 ? [] : [`+${count(folded.nodes)} more (${percent(folded.share)} of requests)`];
}
