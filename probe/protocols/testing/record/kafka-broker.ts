import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A broker with one topic of one partition in memory, as far as a producer and a group of one consumer need it. */
export interface Broker {
  readonly port: number;
  /** Where clients are told to find it. */
  advertise(port: number): void;
  /** Error of every Produce from now on; 0 = none. */
  refuse(error: number): void;
  close(): void;
}

export const TOPIC = 'secret-topic';

/** The newest version of each request that it understands: api key to version. */
const VERSIONS: readonly (readonly [key: number, version: number])[] = [
  [0, 3],
  [1, 4],
  [3, 4],
  [8, 2],
  [9, 1],
  [10, 0],
  [11, 0],
  [12, 0],
  [13, 0],
  [14, 0],
  [18, 2],
];

interface State {
  port: number;
  error: number;
  batch: Buffer | null;
  delivered: boolean;
}

export async function kafkaBroker(): Promise<Broker> {
  const state: State = { port: 0, error: 0, batch: null, delivered: false };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    void serve(socket, state);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    advertise: (port) => {
      state.port = port;
    },
    refuse: (error) => {
      state.error = error;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function serve(socket: Socket, state: State): Promise<void> {
  let unread = Buffer.alloc(0);
  for await (const bytes of socket) {
    unread = Buffer.concat([unread, bytes as Buffer]);
    while (unread.length >= 4 && unread.length >= 4 + unread.readInt32BE(0)) {
      const end = 4 + unread.readInt32BE(0);
      const request = new Reader(unread.subarray(4, end));
      unread = unread.subarray(end);
      const [key, , id] = [request.int16(), request.int16(), request.int32()];
      request.string();
      const body = await answer(key, request, state);
      if (body !== null) socket.write(sized(Buffer.concat([int32(id), body])));
    }
  }
}

async function answer(key: number, request: Reader, state: State): Promise<Buffer | null> {
  switch (key) {
    case 0:
      return produce(request, state);
    case 1:
      return fetch(state);
    case 3:
      return metadata(state);
    case 8:
      return array([Buffer.concat([string(TOPIC), array([Buffer.concat([int32(0), int16(0)])])])]);
    case 9:
      return array([
        Buffer.concat([string(TOPIC), array([Buffer.concat([int32(0), int64(0), string(''), int16(0)])])]),
      ]);
    case 10:
      return Buffer.concat([int16(0), int32(1), string('127.0.0.1'), int32(state.port)]);
    case 11:
      state.delivered = false;
      return join(request);
    case 14:
      return sync(request);
    case 18: {
      const versions = VERSIONS.map(([api, most]) => Buffer.concat([int16(api), int16(0), int16(most)]));
      return Buffer.concat([int16(0), array(versions), int32(0)]);
    }
    default:
      return int16(0);
  }
}

/** Version 3: transaction, acks, timeout, topics with partitions with records. */
function produce(request: Reader, state: State): Buffer | null {
  request.string();
  const acks = request.int16();
  request.skip(4 + 4);
  request.string();
  request.skip(4 + 4);
  state.batch = request.bytes();
  if (acks === 0) return null;
  const partition = Buffer.concat([int32(0), int16(state.error), int64(0), int64(-1)]);
  return Buffer.concat([array([Buffer.concat([string(TOPIC), array([partition])])]), int32(0)]);
}

/** Version 4. Waits a little when there is nothing new, as brokers do. */
async function fetch(state: State): Promise<Buffer> {
  const records = state.delivered || state.batch === null ? Buffer.alloc(0) : state.batch;
  state.delivered = true;
  if (records.length === 0) await sleep(60);
  const partition = Buffer.concat([
    int32(0),
    int16(0),
    int64(1),
    int64(1),
    int32(0),
    int32(records.length),
    records,
  ]);
  return Buffer.concat([int32(0), array([Buffer.concat([string(TOPIC), array([partition])])])]);
}

/** Version 4. */
function metadata(state: State): Buffer {
  const broker = Buffer.concat([int32(1), string('127.0.0.1'), int32(state.port), int16(-1)]);
  const partition = Buffer.concat([int16(0), int32(0), int32(1), array([int32(1)]), array([int32(1)])]);
  const topic = Buffer.concat([int16(0), string(TOPIC), Buffer.from([0]), array([partition])]);
  return Buffer.concat([int32(0), array([broker]), int16(-1), int32(1), array([topic])]);
}

/** Version 0: the one member leads. */
function join(request: Reader): Buffer {
  request.string();
  request.skip(4);
  request.string();
  request.string();
  request.skip(4);
  const protocol = request.string();
  const member = Buffer.concat([string('member'), sized(request.bytes())]);
  return Buffer.concat([
    int16(0),
    int32(1),
    string(protocol),
    string('member'),
    string('member'),
    array([member]),
  ]);
}

/** Version 0: what the leader decided for itself. */
function sync(request: Reader): Buffer {
  request.string();
  request.skip(4);
  request.string();
  request.skip(4);
  request.string();
  return Buffer.concat([int16(0), sized(request.bytes())]);
}

class Reader {
  private readonly buffer: Buffer;
  private at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  skip(count: number): void {
    this.at += count;
  }

  int16(): number {
    this.at += 2;
    return this.buffer.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.buffer.readInt32BE(this.at - 4);
  }

  string(): string {
    const length = Math.max(0, this.int16());
    this.at += length;
    return this.buffer.toString('utf8', this.at - length, this.at);
  }

  bytes(): Buffer {
    const length = this.int32();
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
}

const string = (text: string): Buffer => Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)]);
const sized = (bytes: Buffer): Buffer => Buffer.concat([int32(bytes.length), bytes]);
const array = (elements: readonly Buffer[]): Buffer => Buffer.concat([int32(elements.length), ...elements]);
