import * as grpc from '@grpc/grpc-js';
import type { Conversation, Expected } from '../conversation.ts';
import { type Client, converse } from './between.ts';

const bytes = {
  requestSerialize: (value: Buffer) => value,
  requestDeserialize: (value: Buffer) => value,
  responseSerialize: (value: Buffer) => value,
  responseDeserialize: (value: Buffer) => value,
};
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/shop.v1.Carts/${name}`,
  requestStream,
  responseStream,
  ...bytes,
});
const CARTS = {
  get: method('Get', false, false),
  list: method('List', false, true),
  upload: method('Upload', true, false),
  chat: method('Chat', true, true),
};
const MISSING = { missing: method('Missing', false, false) };

/** Codes that count as failures of the server. */
const FAULTS: ReadonlySet<grpc.status> = new Set([2, 4, 8, 12, 13, 14, 15]);
const told = (operation: string, code: grpc.status, timed = true): Expected => ({
  operation: `shop.v1.Carts/${operation}`,
  status: code,
  failed: FAULTS.has(code),
  timed,
});

export async function recordGrpc(): Promise<readonly Conversation[]> {
  const server = new grpc.Server();
  server.addService(CARTS, implementation());
  const target = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  );
  const between = `@grpc/grpc-js in Node ${process.version}, the same`;
  const meet = (name: string, talk: Talk, kept = 4000) =>
    converse({ name, protocol: 'grpc', port: 80, between, target, client: channel(talk), kept });
  try {
    return [
      await meet('grpc-unary', unary),
      await meet('grpc-errors', errors),
      await meet('grpc-streams', streams),
      await meet('grpc-given-up', givenUp),
      await meet('grpc-concurrent', concurrent),
    ];
  } finally {
    server.forceShutdown();
  }
}

/** The first byte of a request is the code it wants as an answer. */
function implementation(): grpc.UntypedServiceImplementation {
  const get: grpc.handleUnaryCall<Buffer, Buffer> = ({ request }, answer) => {
    const code = request[0] ?? 0;
    if (code === 0) answer(null, Buffer.concat([request, Buffer.from('cart')]));
    else if (code < 100) answer({ code, details: 'as wanted' });
  };
  const list: grpc.handleServerStreamingCall<Buffer, Buffer> = (call) => {
    for (const item of ['one', 'two', 'three']) call.write(Buffer.from(item));
    call.end();
  };
  const upload: grpc.handleClientStreamingCall<Buffer, Buffer> = (call, answer) => {
    let size = 0;
    call.on('data', (message: Buffer) => {
      size += message.length;
    });
    call.on('end', () => answer(null, Buffer.from(String(size))));
  };
  const chat: grpc.handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.on('data', (message: Buffer) => call.write(message));
    call.on('end', () => call.end());
  };
  return { get, list, upload, chat };
}

type Service = Record<keyof typeof CARTS | 'missing', (...args: unknown[]) => unknown>;
type Talk = (service: Service) => Promise<readonly Expected[]>;

function channel(talk: Talk): Client {
  return async (port) => {
    const Carts = grpc.makeGenericClientConstructor({ ...CARTS, ...MISSING }, 'Carts');
    const client = new Carts(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const expected = await talk(client as unknown as Service);
    client.close();
    return expected;
  };
}

/** @returns the code the client was told */
const call = (
  service: Service,
  name: 'get' | 'missing',
  request: Buffer,
  deadline?: number,
): Promise<grpc.status> =>
  new Promise((resolve) => {
    const options = deadline === undefined ? {} : { deadline: Date.now() + deadline };
    service[name](request, new grpc.Metadata(), options, (error: grpc.ServiceError | null) =>
      resolve(error?.code ?? grpc.status.OK),
    );
  });

const wanting = (code: number) => Buffer.from([code, ...Buffer.from('s3cr3t')]);

async function unary(service: Service): Promise<readonly Expected[]> {
  const codes: grpc.status[] = [];
  for (let n = 0; n < 6; n++) codes.push(await call(service, 'get', wanting(0), 1000));
  return codes.map((code) => told('Get', code));
}

async function errors(service: Service): Promise<readonly Expected[]> {
  const expected: Expected[] = [];
  for (let code = 1; code <= 16; code++)
    expected.push(told('Get', await call(service, 'get', wanting(code))));
  expected.push(told('Missing', await call(service, 'missing', wanting(0))));
  return expected;
}

async function concurrent(service: Service): Promise<readonly Expected[]> {
  const calls = Array.from({ length: 30 }, (_, n) => call(service, 'get', wanting(n % 6 === 0 ? 14 : 0)));
  return (await Promise.all(calls)).map((code) => told('Get', code));
}

const ended = (stream: grpc.ClientReadableStream<Buffer> | grpc.ClientDuplexStream<Buffer, Buffer>) =>
  new Promise<grpc.status>((resolve) => {
    stream.on('error', () => undefined);
    stream.on('status', ({ code }) => resolve(code));
    stream.resume();
  });

async function streams(service: Service): Promise<readonly Expected[]> {
  const list = await ended(service.list(wanting(0)) as grpc.ClientReadableStream<Buffer>);
  const upload = await new Promise<grpc.status>((resolve) => {
    const stream = service.upload((error: grpc.ServiceError | null) =>
      resolve(error?.code ?? grpc.status.OK),
    ) as grpc.ClientWritableStream<Buffer>;
    for (const part of ['a', 'b', 'c']) stream.write(Buffer.from(part));
    stream.end();
  });
  const chat = service.chat() as grpc.ClientDuplexStream<Buffer, Buffer>;
  const over = ended(chat);
  for (const word of ['hello', 'again']) {
    chat.write(Buffer.from(word));
    await new Promise((resolve) => chat.once('data', resolve));
  }
  chat.end();
  return [told('List', list, false), told('Upload', upload, false), told('Chat', await over, false)];
}

/** A call without an answer until its deadline, and one that the client cancels. */
async function givenUp(service: Service): Promise<readonly Expected[]> {
  const late = await call(service, 'get', wanting(200), 60);
  const cancelled = await new Promise<grpc.status>((resolve) => {
    const pending = service.get(
      wanting(200),
      new grpc.Metadata(),
      { deadline: Date.now() + 60_000 },
      (error: grpc.ServiceError | null) => resolve(error?.code ?? grpc.status.OK),
    ) as grpc.ClientUnaryCall;
    setTimeout(() => pending.cancel(), 30);
  });
  return [
    told('Get', late),
    told('Get', cancelled, false),
    told('Get', await call(service, 'get', wanting(0))),
  ];
}
