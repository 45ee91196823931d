import type { Role } from '../flow.ts';
import { at8, at32, at64, ROLE_SERVER } from './layout.ts';
import type { Isn } from './pairs.ts';

/** `struct sample` (`bpf/sample.h`). */
export const SAMPLE_SIZE = 64;

/** Readers of one field each. */
export const sample = {
  cookie: at64(0),
  openedNs: at64(8),
  begunNs: at64(16),
  readNs: at64(24),
  answeredNs: at64(32),
  isnLocal: at32(40),
  isnRemote: at32(44),
  offset: at32(48),
  netns: at32(52),
  event: at8(56),
  role: at8(57),
} as const;

/** One request as one end saw it. Times are nanoseconds since boot. */
export interface TurnSample {
  readonly cookie: number;
  readonly openedNs: number;
  readonly role: Role;
  readonly isn: Isn;
  readonly netns: number;
  /** Place of the request in its stream, modulo 2^32: the same at both ends. */
  readonly offset: number;
  /** Client: its send began. Server: it arrived. */
  readonly begunNs: number;
  /** Server: it was read. Client: 0. */
  readonly readNs: number;
  /** Client: the answer was read. Server: its send began. */
  readonly answeredNs: number;
}

export function readTurnSample(view: DataView, base: number): TurnSample {
  const role: Role = sample.role(view, base) === ROLE_SERVER ? 'server' : 'client';
  const own = sample.isnLocal(view, base);
  const other = sample.isnRemote(view, base);
  return {
    cookie: sample.cookie(view, base),
    openedNs: sample.openedNs(view, base),
    role,
    isn: role === 'client' ? { client: own, server: other } : { client: other, server: own },
    netns: sample.netns(view, base),
    offset: sample.offset(view, base),
    begunNs: sample.begunNs(view, base),
    readNs: sample.readNs(view, base),
    answeredNs: sample.answeredNs(view, base),
  };
}
