import type { Address, Role } from '../flow.ts';

/** A connection of a connection tracking table: as its first packet had it, and as answers have it. */
export interface Translation {
  readonly original: { readonly source: Address; readonly destination: Address };
  readonly reply: { readonly source: Address; readonly destination: Address };
}

/** Translations kept at most, over all tables; the oldest goes first. About 300 bytes each. */
const MAX_TRANSLATIONS = 131_072;
/** How long an ended one is kept for flows that are emitted after it. */
const KEEP_ENDED_MICROS = 30_000_000;
/** Tables one connection may pass: its client's node, its server's, and gateways between them. */
const MAX_HOPS = 4;

interface Entry extends Translation {
  readonly table: string;
  /** Counts the dumps of its table: an entry the latest one did not show has ended unnoticed. */
  readonly generation: number;
}

/** The translated connections of all tables. A connection that nothing translates takes no place. */
export interface NatView {
  add(table: string, generation: number, translation: Translation): void;
  end(translation: Translation, now: number): void;
  /** A dump is complete: what it did not show is gone. */
  sweepTable(table: string, generation: number, now: number): void;
  /** The other end behind every translation; `null` when there is none. */
  peer(role: Role, local: Address, remote: Address): Address | null;
  expire(now: number): void;
  readonly size: number;
}

export function createNatView(limit = MAX_TRANSLATIONS): NatView {
  const byOriginal = new Map<string, Entry>();
  const byReply = new Map<string, Entry>();
  const ended: { readonly at: number; readonly entry: Entry }[] = [];

  const remove = (entry: Entry) => {
    const original = originalKey(entry);
    const reply = replyKey(entry);
    if (byOriginal.get(original) === entry) byOriginal.delete(original);
    if (byReply.get(reply) === entry) byReply.delete(reply);
  };

  return {
    add(table, generation, translation) {
      if (!isTranslated(translation)) return;
      const entry: Entry = { ...translation, table, generation };
      const known = byOriginal.get(originalKey(entry));
      if (known !== undefined) remove(known);
      byOriginal.set(originalKey(entry), entry);
      byReply.set(replyKey(entry), entry);
      if (byOriginal.size > limit) remove(byOriginal.values().next().value!);
    },
    end(translation, now) {
      const entry = byOriginal.get(originalKey(translation));
      if (entry !== undefined) ended.push({ at: now, entry });
    },
    sweepTable(table, generation, now) {
      for (const entry of byOriginal.values()) {
        if (entry.table === table && entry.generation < generation) ended.push({ at: now, entry });
      }
    },
    peer(role, local, remote) {
      if (byOriginal.size === 0) return null;
      return role === 'client' ? downstream(byOriginal, local, remote) : upstream(byReply, local, remote);
    },
    expire(now) {
      const due = ended.findIndex(({ at }) => at > now - KEEP_ENDED_MICROS);
      for (const { entry } of ended.splice(0, due < 0 ? ended.length : due)) remove(entry);
    },
    get size() {
      return byOriginal.size;
    },
  };
}

/** From what the client sees to the server that answers it. */
function downstream(byOriginal: ReadonlyMap<string, Entry>, local: Address, remote: Address): Address | null {
  let found: Address | null = null;
  let [source, destination] = [local, remote];
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const entry = byOriginal.get(key(source, destination));
    if (entry === undefined) break;
    found = entry.reply.source;
    [source, destination] = [entry.reply.destination, entry.reply.source];
  }
  return found;
}

/** From what the server sees to the client that asked. */
function upstream(byReply: ReadonlyMap<string, Entry>, local: Address, remote: Address): Address | null {
  let found: Address | null = null;
  let [source, destination] = [local, remote];
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const entry = byReply.get(key(source, destination));
    if (entry === undefined) break;
    found = entry.original.source;
    [source, destination] = [entry.original.destination, entry.original.source];
  }
  return found;
}

function isTranslated({ original, reply }: Translation): boolean {
  return (
    original.source.port !== reply.destination.port ||
    original.destination.port !== reply.source.port ||
    original.source.ip !== reply.destination.ip ||
    original.destination.ip !== reply.source.ip
  );
}

const key = (source: Address, destination: Address) =>
  `${source.ip} ${source.port} ${destination.ip} ${destination.port}`;
const originalKey = ({ original }: Translation) => key(original.source, original.destination);
const replyKey = ({ reply }: Translation) => key(reply.source, reply.destination);
