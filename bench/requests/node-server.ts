/** Servers of Node in a process of their own: `node-server.ts http|http2|grpc|dns PORT|SOCKET [KEY CERTIFICATE]`, prints `ready`. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createPlain2, createSecureServer } from 'node:http2';
import { createServer as createSecure } from 'node:https';
import { createServer as createStream, type Socket } from 'node:net';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { SHOP } from './grpc-service.ts';

const [kind = '', port = '0', key, certificate] = process.argv.slice(2);
const secrets =
  key === undefined || certificate === undefined
    ? null
    : { key: readFileSync(key), cert: readFileSync(certificate) };
const ready = () => console.log('ready');

/** `/wait/MS` answers after so long, `/bad/…` with 503. */
function answer(
  request: Pick<IncomingMessage, 'url'>,
  response: Pick<ServerResponse, 'writeHead' | 'end'>,
): void {
  const [, what, value] = (request.url ?? '').split('/');
  if (what === 'bad') response.writeHead(503).end();
  else setTimeout(() => response.writeHead(200).end('well'), Number(value));
}

/** The slow server behind a forwarder: answers `waitMS.…` after so long, `fail…` with SERVFAIL. */
function answerDns(question: Buffer, say: (reply: Buffer) => void): void {
  const bad = question.subarray(13, 17).toString('latin1') === 'fail';
  const end = endOfQuestion(question);
  const reply = Buffer.from(question.subarray(0, end));
  reply[2] = 0x81;
  reply[3] = bad ? 0x82 : 0x80;
  reply.writeUInt16BE(bad ? 0 : 1, 6);
  reply.writeUInt16BE(0, 10);
  if (bad) say(reply);
  else {
    const wait = Number.parseInt(question.subarray(17, end).toString('latin1'), 10);
    setTimeout(() => say(Buffer.concat([reply, ADDRESS])), wait);
  }
}

/** An A record of the name asked for, for no time at all. */
const ADDRESS = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 0, 0, 1]);

function endOfQuestion(message: Buffer): number {
  let at = 12;
  while (at < message.length && message[at] !== 0) at += 1 + message[at]!;
  return at + 5;
}

function answerDnsStream(socket: Socket): void {
  let held = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    held = Buffer.concat([held, data]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      answerDns(held.subarray(2, end), (reply) => socket.write(Buffer.concat([lengthOf(reply), reply])));
      held = held.subarray(end);
    }
  });
}

const lengthOf = ({ length }: Buffer): Buffer => Buffer.from([length >> 8, length & 255]);

switch (kind) {
  case 'http':
    (secrets === null ? createServer(answer) : createSecure(secrets, answer)).listen(port, ready);
    break;
  case 'http2':
    (secrets === null
      ? createPlain2((request, response) => answer(request, response as never))
      : createSecureServer(secrets, (request, response) => answer(request, response as never))
    ).listen(port, ready);
    break;
  case 'grpc': {
    const server = new Server();
    server.addService(SHOP, {
      wait: (
        { request }: { request: Buffer },
        done: (error: { code: number; details: string } | null, answer?: Buffer) => void,
      ) => {
        const order = request.toString();
        if (order === 'bad') done({ code: status.UNAVAILABLE, details: 'bad' });
        else setTimeout(() => done(null, Buffer.from('well')), Number(order));
      },
    });
    const pair = secrets === null ? null : { private_key: secrets.key, cert_chain: secrets.cert };
    server.bindAsync(
      `0.0.0.0:${port}`,
      pair === null ? ServerCredentials.createInsecure() : ServerCredentials.createSsl(null, [pair]),
      ready,
    );
    break;
  }
  case 'dns': {
    const socket = createSocket('udp4');
    socket.on('message', (question, { port, address }) =>
      answerDns(question, (reply) => socket.send(reply, port, address)),
    );
    socket.bind(Number(port), () => createStream(answerDnsStream).listen(port, ready));
    break;
  }
  default:
    throw new Error(`there is no server for ${kind}`);
}
