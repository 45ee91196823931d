import type { Protocol, Role } from '../../flow.ts';
import type { Chunk, Exchange, Parser } from '../parser.ts';
import { HeaderBlocks } from './blocks.ts';
import { DATA, END_STREAM, type FrameHead, PADDED, RST_STREAM, uint32 } from './frames.ts';
import { FrameReader, type Lost } from './reader.ts';
import { Streams } from './streams.ts';

const NOTHING = new Uint8Array(0);

/**
 * HTTP/2 and gRPC over it. An exchange of plain HTTP/2 is given out with the head of its final answer, as in HTTP/1; a gRPC call
 * when it is over, for its status comes last. A call is failed when its status is a fault of the server
 * (`../grpc/status.ts`), when the server reset it, or when it was left unanswered; a client that gave up is DEADLINE_EXCEEDED
 * when its own `grpc-timeout` had passed, and else CANCELLED, which is no failure and not timed. Calls with several
 * messages one way, or with a message sent after the answer began, are streams and not timed.
 *
 * Joined late, fields that refer to unknown entries of the header tables are unknown: the operation is `''` then, and an
 * answer whose status is such a field is a doubt. Frames that were not captured leave the same gap.
 */
export class Http2Parser implements Parser {
  readonly #streams: Streams;
  readonly #readers: Readonly<Record<Chunk['direction'], FrameReader>>;

  constructor(emit: (exchange: Exchange) => void, role: Role, late: boolean) {
    const streams = new Streams(emit, role, late);
    const requests = new HeaderBlocks(
      ({ stream, where }, fields) => streams.ask(stream, where, fields),
      late,
    );
    const answers = new HeaderBlocks(
      ({ stream, where, flags }, fields) =>
        streams.answer(stream, where.at, fields, (flags & END_STREAM) !== 0),
      late,
    );
    this.#streams = streams;
    this.#readers = {
      request: new FrameReader(listener('request', streams, requests), true, late),
      response: new FrameReader(listener('response', streams, answers), false, late),
    };
  }

  get protocol(): Protocol {
    return this.#streams.protocol;
  }

  get doubts(): number {
    return this.#streams.doubts;
  }

  feed(chunk: Chunk): void {
    this.#readers[chunk.direction].feed(chunk);
  }

  end(): void {
    this.#streams.end();
  }
}

function listener(direction: Chunk['direction'], streams: Streams, blocks: HeaderBlocks) {
  return {
    frame(head: FrameHead, payload: Uint8Array, cut: boolean): void {
      const { type, stream, flags, where } = head;
      if (type === RST_STREAM) streams.reset(stream, direction, cut ? 0 : uint32(payload, 0), where.at);
      else if (type !== DATA) blocks.take(head, payload, cut);
      else if (direction === 'response' && (flags & END_STREAM) !== 0) streams.ends(stream);
    },
    data({ stream, flags }: FrameHead, bytes: Uint8Array, hidden: number): void {
      // messages are not looked for between padding, which nobody who speaks gRPC uses
      if ((flags & PADDED) !== 0) streams.data(stream, direction, NOTHING, Number.POSITIVE_INFINITY);
      else streams.data(stream, direction, bytes, hidden);
    },
    loses(why: Lost): void {
      blocks.forget();
      streams.lose(direction, why);
    },
  };
}
