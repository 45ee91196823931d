import { Conntrack, type ConntrackEntry, type ConntrackTuple } from '../bpf-ringbuf-napi/index.js';
import type { NatView, Translation } from './nat.ts';

/** Numbers of the transports whose translations are followed. */
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
/** Entries of one read: bounds the memory of one call, not of a drain. */
const READ_LIMIT = 4096;

/** The tables followed: one socket each, events first, then a dump, so that nothing falls between. */
export interface ConntrackTables {
  /** @throws BpfError where the namespace or the privilege is missing */
  open(name: string, netns?: string): void;
  close(name: string): void;
  /** Reads everything that waits in all sockets. */
  drain(now: number): void;
  /** Waits until every table asked for was read once. */
  readonly complete: boolean;
  readonly overflows: number;
  readonly size: number;
  closeAll(): void;
}

interface Table {
  readonly name: string;
  readonly socket: Conntrack;
  generation: number;
  dumped: boolean;
}

/** What is known of each transport: the same addresses and ports mean different things in another. */
export interface NatViews {
  readonly tcp: NatView;
  readonly udp: NatView;
}

/** @param receiveBuffer bytes the kernel keeps of each table until they are read; its own choice where it is left out */
export function followConntrack(views: NatViews, receiveBuffer?: number): ConntrackTables {
  const tables = new Map<string, Table>();
  let overflows = 0;

  const redump = (table: Table) => {
    table.generation++;
    table.socket.requestDump();
  };

  const drainTable = (table: Table, now: number) => {
    for (let more = true; more; ) {
      const read = table.socket.read(READ_LIMIT);
      for (const entry of read.entries) apply(views, table, entry, now);
      if (read.overflowed) {
        overflows++;
        redump(table);
      } else if (read.dumpDone) {
        table.dumped = true;
        for (const view of [views.tcp, views.udp]) view.sweepTable(table.name, table.generation, now);
      }
      more = read.more;
    }
  };

  return {
    open(name, netns) {
      const socket = Conntrack.open({
        ...(netns === undefined ? {} : { netns }),
        ...(receiveBuffer === undefined ? {} : { receiveBuffer }),
      });
      const table = { name, socket, generation: 0, dumped: false };
      tables.set(name, table);
      redump(table);
    },
    close(name) {
      tables.get(name)?.socket.close();
      tables.delete(name);
    },
    drain(now) {
      for (const table of [...tables.values()]) {
        try {
          drainTable(table, now);
        } catch {
          /* Its namespace is going away; the other tables go on. */
          table.socket.close();
          tables.delete(table.name);
        }
      }
    },
    get complete() {
      return [...tables.values()].every(({ dumped }) => dumped);
    },
    get overflows() {
      return overflows;
    },
    get size() {
      return tables.size;
    },
    closeAll() {
      for (const { socket } of tables.values()) socket.close();
      tables.clear();
    },
  };
}

function apply({ tcp, udp }: NatViews, table: Table, entry: ConntrackEntry, now: number): void {
  const view = entry.protocol === IPPROTO_TCP ? tcp : entry.protocol === IPPROTO_UDP ? udp : null;
  if (view === null) return;
  const translation: Translation = { original: ends(entry.original), reply: ends(entry.reply) };
  switch (entry.kind) {
    case 'new':
    case 'dump':
      view.add(table.name, table.generation, translation);
      return;
    case 'destroy':
      view.end(translation, now);
      return;
  }
}

function ends(tuple: ConntrackTuple): Translation['original'] {
  return {
    source: { ip: tuple.source, port: tuple.sourcePort },
    destination: { ip: tuple.destination, port: tuple.destinationPort },
  };
}
