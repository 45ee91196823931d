import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Protocol, Role, Transport } from '../../flow.ts';
import type { Chunk } from '../parser.ts';

/** What the client itself wrote down about one request: the truth a parser is held to. */
export interface Expected {
  readonly operation: string;
  readonly status: number;
  readonly failed: boolean;
  readonly timed: boolean;
}

/** One `send` of either end, as a proxy between both real implementations read it. */
export interface Said {
  readonly direction: 'request' | 'response';
  /** Microseconds since the beginning of the conversation. */
  readonly micros: number;
  /** Bytes of it; longer than `bytes` where the rest is only filling and was not kept. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** One recorded connection. */
export interface Conversation {
  readonly name: string;
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly port: number;
  /** The programs that spoke, with their versions. */
  readonly between: string;
  /** By the client's own ledger, in no particular order. */
  readonly expected: readonly Expected[];
  readonly said: readonly Said[];
}

const FOLDER = new URL('./corpus/', import.meta.url);

type Head = Omit<Conversation, 'name' | 'said'>;
type Line = [direction: 0 | 1, micros: number, base64: string, length?: number];

/** Every recorded conversation, or those of one protocol. */
export function corpus(protocol?: Protocol): readonly Conversation[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map((file) => parse(file.slice(0, -'.jsonl'.length), readFileSync(new URL(file, FOLDER), 'utf8')))
    .filter((conversation) => protocol === undefined || conversation.protocol === protocol);
}

/** Keeps a conversation in the corpus: a line that describes it, then a line for each thing that was said. */
export function keep(conversation: Conversation): void {
  const { name, said, ...head } = conversation;
  const lines = said.map(({ direction, micros, length, bytes }): Line => {
    const base64 = Buffer.from(bytes).toString('base64');
    const way = direction === 'request' ? 0 : 1;
    return length === bytes.length ? [way, micros, base64] : [way, micros, base64, length];
  });
  writeFileSync(
    new URL(`${name}.jsonl`, FOLDER),
    [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
}

function parse(name: string, text: string): Conversation {
  const [head, ...lines] = text.trimEnd().split('\n');
  const said = lines.map((line): Said => {
    const [way, micros, base64, length] = JSON.parse(line) as Line;
    const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
    return { direction: way === 0 ? 'request' : 'response', micros, length: length ?? bytes.length, bytes };
  });
  return { name, ...(JSON.parse(head!) as Head), said };
}

/** Nanoseconds since boot at which recorded conversations begin. */
const BEGINNING = 1_000_000_000;
/** How long received bytes have waited for the process that reads them, nanoseconds. */
export const WAITED = 7_000;

/** The conversation as the socket of one end hands it to a parser. */
export function chunksOf(conversation: Pick<Conversation, 'said'>, role: Role): readonly Chunk[] {
  const offsets = { request: 0, response: 0 };
  return conversation.said.map(({ direction, micros, length, bytes }) => {
    const at = BEGINNING + micros * 1000;
    const received = (direction === 'request') === (role === 'server');
    const offset = offsets[direction];
    offsets[direction] = (offset + length) >>> 0;
    return { direction, at, arrived: received ? at - WAITED : 0, offset, length, bytes };
  });
}
