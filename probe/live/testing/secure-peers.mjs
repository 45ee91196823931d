/**
 * Programs that speak TLS through Node's memory buffers; every line that goes over a connection names the client's port.
 * `echo PORT`: a server that answers each line. `talk PORT COUNT LINES`: so many connections at once, each says so many
 * lines in turn with the others. `relay PORT TO`: answers a line only when the server at TO has answered it.
 * `ask PORT COUNT`: so many requests over one HTTP/2 connection; `web PORT`: its server, of HTTP/1.1 too. Clients begin when they are told to.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import tls from 'node:tls';

const [command, ...parameters] = process.argv.slice(2);
const [first, second, third] = parameters.map(Number);
const identity = () => ({ key: readFileSync('key.pem'), cert: readFileSync('certificate.pem') });
const trusting = { rejectUnauthorized: false };
const ready = () => console.log('ready');
const toldTo = () => once(process.stdin, 'data');

/** Calls `take` for each line, without its end. */
function onLines(socket, take) {
  let rest = '';
  socket.setEncoding('latin1').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) take(line);
  });
  socket.on('error', () => {});
}

function dial(port) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ...trusting }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Says one line at a time; resolves when all were answered. */
function converse(socket, lines) {
  return new Promise((resolve) => {
    let said = 0;
    const say = () => socket.write(`port=${socket.localPort} line=${said++}\n`);
    onLines(socket, () => (said < lines ? say() : resolve()));
    say();
  });
}

const commands = {
  echo() {
    const server = tls.createServer(identity(), (socket) =>
      onLines(socket, (line) => socket.write(`${line} answered port=${socket.remotePort}\n`)),
    );
    server.listen(first, ready);
  },
  async talk() {
    ready();
    await toldTo();
    const sockets = await Promise.all(Array.from({ length: second }, () => dial(first)));
    await Promise.all(sockets.map((socket) => converse(socket, third)));
    console.log('done');
  },
  relay() {
    const server = tls.createServer(identity(), async (socket) => {
      const waiting = [];
      let upstream = null;
      onLines(socket, async (line) => {
        waiting.push(line);
        upstream ??= dial(second).then((dialled) => {
          onLines(dialled, () => socket.write(`${waiting.shift()} relayed port=${socket.remotePort}\n`));
          return dialled;
        });
        const dialled = await upstream;
        dialled.write(`port=${dialled.localPort} relayed\n`);
      });
    });
    server.listen(first, ready);
  },
  web() {
    const server = http2.createSecureServer({ ...identity(), allowHTTP1: true }, (request, response) => {
      response.statusCode = request.url === '/missing' ? 404 : 200;
      response.end('answer');
    });
    server.listen(first, ready);
  },
  async ask() {
    ready();
    await toldTo();
    const session = http2.connect(`https://127.0.0.1:${first}`, trusting);
    const request = (path) =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': path });
        stream.on('error', reject).on('end', resolve).resume();
      });
    for (let i = 0; i < second; i++) await request(i % 2 === 0 ? '/items/1' : '/missing');
    console.log('done');
  },
};

await commands[command]();
