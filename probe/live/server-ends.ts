import type { Dialect } from '../protocols/parser.ts';
import { addressBytes } from './address.ts';
import { createNames, type Names } from './operations.ts';

/** Server ends remembered; the one not used for the longest goes first. */
const MAX_ENDS = 8192;
/** Connections that speak nothing known before their server end is left alone. */
const UNKNOWN_CONNECTIONS = 3;
/** How long names stay known, and how long an end is left alone before it is looked at again. */
const AGE_MICROS = 600_000_000;

/** One server as its connections address it. */
export interface ServerEnd {
  readonly netns: number;
  readonly ip: string;
  readonly port: number;
}

export interface KnownEnd {
  readonly port: number;
  readonly names: Names;
  /** What its last recognised connection spoke. */
  readonly dialect: Dialect | null;
  spoke(dialect: Dialect): void;
  spokeNothingKnown(): void;
}

/** The part of a BPF map this writes. */
export interface VerdictMap {
  update(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): boolean;
}

/**
 * What is known of each server end beyond one connection: its operations' names, and whether it speaks something that is
 * parsed, which the kernel is told so that it goes on or stops handing over bytes.
 */
export interface ServerEnds {
  of(end: ServerEnd): KnownEnd;
  expire(now: number): void;
  readonly size: number;
}

export function createServerEnds(verdicts: VerdictMap, limit = MAX_ENDS): ServerEnds {
  const ends = new Map<string, { known: KnownEnd; forget(): void; rest(): void }>();
  let agedAt = 0;

  const create = (end: ServerEnd) => {
    const names = createNames();
    let dialect: Dialect | null = null;
    let unknown = 0;
    let verdict: boolean | null = null;
    const decide = (value: boolean | null) => {
      if (value === verdict) return;
      verdict = value;
      if (value === null) verdicts.delete(keyOf(end));
      else verdicts.update(keyOf(end), Uint8Array.of(value ? 1 : 0));
    };
    const known: KnownEnd = {
      port: end.port,
      names,
      get dialect() {
        return dialect;
      },
      spoke(spoken) {
        dialect = spoken;
        unknown = 0;
        decide(true);
      },
      spokeNothingKnown() {
        if (++unknown < UNKNOWN_CONNECTIONS) return;
        dialect = null;
        decide(false);
      },
    };
    return {
      known,
      forget: () => decide(null),
      /* Another program may listen there by now. */
      rest() {
        names.age();
        unknown = 0;
        if (verdict === false) decide(null);
      },
    };
  };

  return {
    of(end) {
      const id = `${end.netns} ${end.ip} ${end.port}`;
      const found = ends.get(id) ?? create(end);
      ends.delete(id);
      ends.set(id, found);
      if (ends.size > limit) {
        const [oldest, { forget }] = ends.entries().next().value!;
        ends.delete(oldest);
        forget();
      }
      return found.known;
    },
    expire(now) {
      if (now - agedAt < AGE_MICROS) return;
      agedAt = now;
      for (const { rest } of ends.values()) rest();
    },
    get size() {
      return ends.size;
    },
  };
}

/** `struct server`: network namespace, port, two bytes of nothing, address. */
function keyOf({ netns, ip, port }: ServerEnd): Uint8Array {
  const key = new Uint8Array(24);
  const view = new DataView(key.buffer);
  view.setUint32(0, netns, true);
  view.setUint16(4, port, true);
  key.set(addressBytes(ip), 8);
  return key;
}
