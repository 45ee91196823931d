import { SERVER, SERVER_6, SERVICE, UNREACHABLE } from '../network.ts';

/** What a client does: connections of one kind. */
export interface Traffic {
  readonly name: string;
  /** How many ends of each connection the probe can see. */
  readonly ends: 1 | 2;
  readonly count: number;
  readonly parameters: object;
}

export const HTTP = 8080;
export const RESETTING = 8081;
export const SILENT = 8082;
export const SENDFILE = 8083;
export const LOOPBACK = 8084;
export const ECHO = 7000;
const PATHS = ['/200', '/404', '/503', '/200', '/500'];
/** More than one page and not a multiple of it. */
export const FILE_BYTES = 100_003;

/* Patience is long: a processor that is imitated in software may take a second to connect. */
export const TRAFFIC: readonly Traffic[] = [
  { name: 'short', ends: 2, count: 200, parameters: { host: SERVICE, port: 80 } },
  { name: 'long', ends: 2, count: 40, parameters: { host: SERVICE, port: 80, paths: PATHS } },
  { name: 'IPv6', ends: 2, count: 20, parameters: { host: SERVER_6, port: HTTP, paths: PATHS } },
  { name: 'loopback', ends: 2, count: 20, parameters: { host: '127.0.0.1', port: LOOPBACK } },
  { name: 'sendfile', ends: 2, count: 10, parameters: { host: SERVER, port: SENDFILE } },
  { name: 'half-closed', ends: 2, count: 10, parameters: { host: SERVER, port: HTTP, close: 'half' } },
  { name: 'reset by client', ends: 2, count: 10, parameters: { host: SERVICE, port: 80, close: 'reset' } },
  { name: 'reset by server', ends: 2, count: 10, parameters: { host: SERVER, port: RESETTING } },
  {
    name: 'unanswered',
    ends: 2,
    count: 10,
    parameters: { host: SERVER, port: SILENT, giveUpMillis: 1500 },
  },
  { name: 'refused', ends: 1, count: 10, parameters: { host: SERVER, port: 9 } },
  /* A router says so only a few times a second. */
  { name: 'unreachable', ends: 1, count: 5, parameters: { host: UNREACHABLE, port: 80 } },
];
export const OLDER = 10;
/** An imitated processor costs too much whatever it does; steps down have tests of their own. */
export const UNLIMITED = { cpuShare: Number.POSITIVE_INFINITY, chunksPerSecond: Number.POSITIVE_INFINITY };
/** Conversations over UDP: as many questions each, one after another. */
export const DATAGRAMS = 20;
export const TALKS = [
  { host: SERVER, connected: false },
  { host: SERVER, connected: true },
  { host: SERVER_6, connected: false },
  { host: SERVER_6, connected: true },
];
/** Bytes of what the helper answers. */
const answerBytes = (status: number) =>
  `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${status % 97}\r\n\r\n`.length + (status % 97);
export const BYTES_OF_OLDER = {
  sent: 2 * 'GET /200 HTTP/1.1\r\n\r\n'.length,
  received: answerBytes(200) + answerBytes(500),
};
