import { byte, WORD } from './brief-words.ts';
import { ROLE_SERVER } from './layout.ts';

/** Ends of a batch brought together; `clients[i]` and `servers[i]` are of one connection. Word offsets of their records. */
export interface PairedEnds {
  readonly count: number;
  readonly clients: Int32Array;
  readonly servers: Int32Array;
}

/** TCP states a connection only ends from when this side aborts it. */
const ESTABLISHED = 1;
const CLOSE_WAIT = 8;

/**
 * Whether nothing of this end needs to be told apart from others: it was seen from the beginning, went well, has an owner,
 * at most one request, and nobody read its payload.
 */
export function isPlain(words: Uint32Array, at: number): boolean {
  const lastState = byte(words[at + WORD.fate]!, 1);
  const samples = words[at + WORD.samples]!;
  return (
    (words[at + WORD.established]! | words[at + WORD.established + 1]!) !== 0 &&
    byte(words[at + WORD.kind]!, 3) === 0 &&
    words[at + WORD.askedPort]! >>> 16 === 0 &&
    words[at + WORD.failed] === 0 &&
    samples < 2 &&
    words[at + WORD.requests] === samples &&
    words[at + WORD.chunks] === 0 &&
    byte(words[at + WORD.spoken]!, 1) === 1 &&
    byte(words[at + WORD.spoken]!, 3) === 0 &&
    byte(words[at + WORD.fate]!, 2) === 0 &&
    lastState !== ESTABLISHED &&
    lastState !== CLOSE_WAIT
  );
}

/** Finds the two ends of each connection by their initial sequence numbers, without an object for either. */
export function createPairing(): (words: Uint32Array, ends: Int32Array, count: number) => PairedEnds {
  let heads = new Int32Array(0);
  let clients = new Int32Array(0);
  let servers = new Int32Array(0);

  return (words, ends, count) => {
    if (heads.length < 2 * count) {
      heads = new Int32Array(2 ** Math.ceil(Math.log2(2 * count)));
      clients = new Int32Array(heads.length / 2);
      servers = new Int32Array(heads.length / 2);
    }
    const mask = heads.length - 1;
    heads.fill(-1);
    let pairs = 0;
    for (let i = 0; i < count; i++) {
      const at = ends[i]!;
      const server = byte(words[at + WORD.kind]!, 1) === ROLE_SERVER;
      const ofClient = words[at + (server ? WORD.isnRemote : WORD.isnLocal)]!;
      const ofServer = words[at + (server ? WORD.isnLocal : WORD.isnRemote)]!;
      let place = Math.imul(ofClient ^ ofServer, 0x9e37_79b1) & mask;
      for (; heads[place]! >= 0; place = (place + 1) & mask) {
        const other = heads[place]!;
        /* Seen from the other side, own and remote change places; so two ends of one role never fit. */
        if (
          words[other + WORD.isnLocal] === words[at + WORD.isnRemote] &&
          words[other + WORD.isnRemote] === words[at + WORD.isnLocal] &&
          (byte(words[other + WORD.kind]!, 1) === ROLE_SERVER) !== server
        ) {
          clients[pairs] = server ? other : at;
          servers[pairs] = server ? at : other;
          pairs++;
          break;
        }
      }
      if (heads[place]! < 0) heads[place] = at;
    }
    return { count: pairs, clients, servers };
  };
}
