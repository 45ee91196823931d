/** Servers of Node in a process of their own: `node-server.ts http|http2|grpc|dns PORT [KEY CERTIFICATE]`, prints `ready`. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createPlain2, createSecureServer } from 'node:http2';
import { createServer as createSecure } from 'node:https';
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

switch (kind) {
  case 'http':
    (secrets === null ? createServer(answer) : createSecure(secrets, answer)).listen(Number(port), ready);
    break;
  case 'http2':
    (secrets === null
      ? createPlain2((request, response) => answer(request, response as never))
      : createSecureServer(secrets, (request, response) => answer(request, response as never))
    ).listen(Number(port), ready);
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
    server.bindAsync(`0.0.0.0:${port}`, ServerCredentials.createInsecure(), ready);
    break;
  }
  case 'dns': {
    /* The slow server behind a forwarder: answers `waitMS.…` after so long, `fail…` with SERVFAIL. */
    const socket = createSocket('udp4');
    socket.on('message', (question, from) => {
      const label = question.subarray(13, 13 + (question[12] ?? 0)).toString('latin1');
      const reply = Buffer.concat([
        question,
        Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 0, 0, 1]),
      ]);
      const bad = label.startsWith('fail');
      reply[2] = 0x81;
      reply[3] = bad ? 0x82 : 0x80;
      reply.writeUInt16BE(bad ? 0 : 1, 6);
      reply.writeUInt16BE(0, 10);
      const say = () =>
        socket.send(bad ? reply.subarray(0, question.length) : reply, from.port, from.address);
      if (bad) say();
      else setTimeout(say, Number(label.slice(4)));
    });
    socket.bind(Number(port), ready);
    break;
  }
  default:
    throw new Error(`there is no server for ${kind}`);
}
