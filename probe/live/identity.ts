import type { Address, Role } from '../flow.ts';
import { readAddress } from './address.ts';
import { ASKED, COMM, COMM_SIZE, LOCAL, REMOTE, ROLE_SERVER, record } from './layout.ts';
import type { Isn } from './pairs.ts';

/** What never changes about a socket once it is connected, except that its owner may be learned later. */
export interface Identity {
  readonly cookie: number;
  readonly netns: number;
  readonly role: Role;
  readonly local: Address;
  readonly remote: Address;
  /**
   * `null` on the server side and where connect(2) was not seen. A client whose connect could not be read (io_uring, Fast
   * Open) asked for what its socket has.
   */
  readonly asked: Address | null;
  /** `null` before the connection was established. */
  readonly isn: Isn | null;
  readonly openedNs: number;
  readonly establishedNs: number;
  readonly preexisting: boolean;
}

export function readIdentity(view: DataView, base: number): Identity {
  const role: Role = record.role(view, base) === ROLE_SERVER ? 'server' : 'client';
  const establishedNs = record.establishedNs(view, base);
  const own = record.isnLocal(view, base);
  const other = record.isnRemote(view, base);
  const preexisting = record.preexisting(view, base) !== 0;
  const remote = readAddress(view, base + REMOTE, record.remotePort(view, base));
  const askedPort = record.askedPort(view, base);
  return {
    cookie: record.cookie(view, base),
    netns: record.netns(view, base),
    role,
    local: readAddress(view, base + LOCAL, record.localPort(view, base)),
    remote,
    asked:
      role === 'server' || preexisting
        ? null
        : askedPort === 0
          ? remote
          : readAddress(view, base + ASKED, askedPort),
    isn:
      establishedNs === 0
        ? null
        : role === 'client'
          ? { client: own, server: other }
          : { client: other, server: own },
    openedNs: record.openedNs(view, base),
    establishedNs,
    preexisting,
  };
}

const decoder = new TextDecoder();

export interface RawOwner {
  readonly pid: number;
  readonly process: string;
  readonly uid: number;
  readonly cgroupId: number;
}

/** `null` until the socket was seen in the hands of its process. */
export function readOwner(view: DataView, base: number): RawOwner | null {
  if (record.pid(view, base) === 0) return null;
  return {
    pid: record.pid(view, base),
    process: processName(view, base + COMM),
    uid: record.uid(view, base),
    cgroupId: record.cgroupId(view, base),
  };
}

/** Name of a process as the kernel keeps it: bytes up to the first zero, at most 16. */
export function processName(view: DataView, offset: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, COMM_SIZE);
  const end = bytes.indexOf(0);
  return decoder.decode(bytes.subarray(0, end < 0 ? COMM_SIZE : end));
}
