import type { Endpoint } from '../enrich/index.ts';
import { bucketOf, type Flow, type Role } from '../probe/index.ts';
import { type End, failedToOpen } from './end.ts';
import type { Cell } from './ledger.ts';
import { WINDOW_MICROS } from './types.ts';

/** Start of the window a slice belongs to; a slice never crosses the end of one. */
export function windowOf({ from }: Flow): number {
  return Math.floor(from / WINDOW_MICROS) * WINDOW_MICROS;
}

export interface LeafKey {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The port the server itself listens on, where that end was seen. */
  readonly port: number;
}

/** An end is named by its own socket where that was seen and could be named, else as the other end named it. */
export function leafOf(end: End, flow: Flow, local: Endpoint, remote: Endpoint): LeafKey {
  const { peer } = end;
  const own = peer !== null && local.resolution === 'unresolved' ? peer.remote : local;
  const other = peer !== null && peer.local.resolution !== 'unresolved' ? peer.local : remote;
  return end.role === 'client'
    ? { client: own, server: other, port: peer?.addresses.local.port ?? flow.peer.port }
    : { client: other, server: own, port: flow.local.port };
}

/** Adds what a slice of a decided end supplies to the one count of its connection. */
export function countSlice(cell: Cell, end: End, flow: Flow): void {
  if (end.supplies === 'all') countOnce(cell, end, flow);
  countOwn(cell, end, flow);
  countReset(cell, end, flow);
}

/** What both ends know, and one of them counts. */
function countOnce(cell: Cell, end: End, flow: Flow): void {
  const client = end.role === 'client';
  cell.add('opened', flow.opened);
  cell.add('closed', flow.closed);
  cell.add('requests', flow.requests);
  cell.add('failedRequests', flow.failedRequests);
  cell.add('untimed', flow.untimed);
  cell.add('bytesSent', client ? flow.bytesSent : flow.bytesReceived);
  cell.add('bytesReceived', client ? flow.bytesReceived : flow.bytesSent);
  cell.merge('latency', flow.latency);
  if (failedToOpen(flow)) countFailure(cell, flow);
  if (flow.brief !== undefined) {
    cell.merge('rtt', flow.brief.rtt);
    return;
  }
  const window = windowOf(flow);
  if (flow.rttMicros !== null && end.sampledWindow !== window) {
    end.sampledWindow = window;
    cell.sample('rtt', bucketOf(flow.rttMicros));
  }
}

/** What only this end knows. */
function countOwn(cell: Cell, end: End, flow: Flow): void {
  cell.add('segments', flow.segmentsSent);
  cell.add('retransmits', flow.retransmits);
  cell.add('zeroWindows', flow.zeroWindows);
  cell.add(
    'drops',
    flow.drops.reduce((sum, [, count]) => sum + count, 0),
  );
  cell.merge('network', flow.network);
  if (end.role === 'client') {
    if (flow.brief !== undefined) cell.merge('connect', flow.brief.connect);
    if (flow.connectMicros !== null && flow.opened > 0) cell.sample('connect', bucketOf(flow.connectMicros));
  } else {
    cell.merge('wait', flow.wait);
    cell.merge('service', flow.service);
  }
}

const FAILURES = { refused: 'refused', timeout: 'timedOut', unreachable: 'unreachable' } as const;

/** A reset while opening is counted by the end that did it, like every reset. */
function countFailure(cell: Cell, { failure }: Flow): void {
  if (failure !== null && failure !== 'reset') cell.add(FAILURES[failure], 1);
}

/** Both ends tell of a reset; whoever tells first is believed. A refused connect is a reset too, but counted as refused. */
function countReset(cell: Cell, end: End, flow: Flow): void {
  const by = resetterOf(flow);
  if (by === null || end.resetCounted || end.peer?.resetCounted) return;
  end.resetCounted = true;
  cell.add(by === 'client' ? 'resetByClient' : 'resetByServer', 1);
}

function resetterOf(flow: Flow): Role | null {
  if (failedToOpen(flow) && flow.failure !== 'reset') return null;
  if (flow.resetBy !== null || flow.failure !== 'reset') return flow.resetBy;
  return flow.role === 'client' ? 'server' : 'client'; // who reset it itself would know
}
