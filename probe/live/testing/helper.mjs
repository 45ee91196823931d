/**
 * One end of the test traffic: runs in a network namespace, takes a JSON command a line on standard input and answers
 * each with a line. It keeps the books the probe is checked against: what every connection really did.
 */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { datagramCommands } from './datagram-commands.mjs';

/** Encryption with a shared key needs no certificate. */
const PSK = Buffer.alloc(16, 7);
const KEY_OF_TEST = {
  ciphers: 'PSK-AES128-GCM-SHA256',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => undefined,
};

const held = new Map();
/** Connections that are asked again and again: `end` stops it and tells how many answers there were. */
const busy = new Map();
let lastId = 0;

const commands = {
  ...datagramCommands,
  /**
   * Servers: `http` answers with the status of the path, `reset` resets after the request, `silent` never answers, `lines`
   * answers each line with what stands behind its `>`, `banner` does so too and talks first, `tls` does so encrypted.
   */
  listen({ port, behaviour }) {
    const server =
      behaviour === 'tls'
        ? tls.createServer({ ...KEY_OF_TEST, pskCallback: () => PSK }, (socket) => serve(socket, 'lines'))
        : net.createServer({ allowHalfOpen: true }, (socket) => serve(socket, behaviour));
    return new Promise((resolve) => server.listen({ port, host: '::', backlog: 4096 }, () => resolve({})));
  },
  /** Opens `count` connections, `parallel` at a time; each makes its requests one after another and is closed. */
  async run({ host, port, count, parallel = 32, paths = ['/200'], close = 'end', giveUpMillis }) {
    const books = [];
    const worker = async () => {
      for (let started = books.push(null); started <= count; started = books.push(null)) {
        books[started - 1] = await converse({ host, port, paths, close, giveUpMillis });
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
    return books.slice(0, count);
  },
  /** One connection that sends each line and waits for its answer before the next, then says goodbye. */
  async talk({ host, port, lines, secure = false, greeted = false }) {
    const socket = secure
      ? tls.connect({ host, port, ...KEY_OF_TEST, pskCallback: () => ({ psk: PSK, identity: 'test' }) })
      : await connect({ host, port });
    socket.on('error', () => {});
    if (secure) await once(socket, 'secureConnect');
    if (greeted) await once(socket, 'data');
    const answers = [];
    for (const line of lines) {
      socket.write(line);
      answers.push(String((await once(socket, 'data'))[0]));
    }
    await closed(socket, () => socket.end());
    return answers;
  },
  /** A web server that waits as long as the header `x-wait` says and answers with everything it was asked. */
  web({ port }) {
    const server = http.createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      await new Promise((resolve) => setTimeout(resolve, Number(request.headers['x-wait'] ?? 0)));
      response.statusCode = Number(request.headers['x-status'] ?? 200);
      response.setHeader('x-echo', request.headers['x-echo'] ?? '');
      response.end(`${request.url} ${body}`);
    });
    return new Promise((resolve) => server.listen({ port, host: '::' }, () => resolve({})));
  },
  /** Makes requests one after another on one connection; each takes the milliseconds that are given back. */
  async visit({ host, port, requests }) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const millis = [];
    for (const { method = 'GET', path = '/', headers = {}, body = '' } of requests) {
      const begin = performance.now();
      const request = http.request({ host, port, agent, method, path, headers });
      request.end(body);
      const [response] = await once(request, 'response');
      millis.push(performance.now() - begin);
      for await (const _ of response);
    }
    agent.destroy();
    return millis;
  },
  /** Answers what it is sent with the next of the given bytes, whatever it was. */
  recite({ port, answers }) {
    const server = net.createServer((socket) => {
      let next = 0;
      socket.on('error', () => {});
      socket.on('data', () => next < answers.length && socket.write(Buffer.from(answers[next++], 'hex')));
    });
    return new Promise((resolve) => server.listen({ port, host: '::' }, () => resolve({})));
  },
  /** Sends each of the given bytes and waits for an answer before the next. */
  async dictate({ host, port, said }) {
    const socket = await connect({ host, port });
    socket.on('error', () => {});
    for (const bytes of said) {
      socket.write(Buffer.from(bytes, 'hex'));
      await once(socket, 'data');
    }
    await closed(socket, () => socket.end());
    return {};
  },
  /** Opens a connection and keeps it. */
  async open({ host, port }) {
    const socket = await connect({ host, port });
    held.set(++lastId, socket);
    return { id: lastId, localPort: socket.localPort };
  },
  async request({ id, path }) {
    return request(held.get(id), path);
  },
  /** Asks on a held connection from now on, one request after another. */
  async keepAsking({ id, path }) {
    let going = true;
    const running = (async () => {
      let answered = 0;
      for (; going; answered++) await request(held.get(id), path);
      return { answered };
    })();
    busy.set(id, () => {
      going = false;
      return running;
    });
    return {};
  },
  async stopAsking({ id }) {
    return busy.get(id)();
  },
  async close({ id }) {
    const socket = held.get(id);
    held.delete(id);
    await closed(socket, () => socket.end());
    return {};
  },
};

function serve(socket, behaviour) {
  let pending = '';
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  if (behaviour === 'banner') socket.write('welcome');
  if (behaviour === 'banner' || behaviour === 'lines') {
    socket.on('data', (bytes) => socket.write(String(bytes).split('>')[1]));
    return;
  }
  socket.on('data', (bytes) => {
    if (behaviour === 'silent') return;
    if (behaviour === 'reset') return socket.resetAndDestroy();
    pending += bytes;
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const status = /^GET \/(\d+)/.exec(pending)[1];
      pending = pending.slice(end + 4);
      const body = 'x'.repeat(Number(status) % 97);
      socket.write(`HTTP/1.1 ${status} Whatever\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
  });
}

function connect({ host, port, giveUpMillis }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, allowHalfOpen: true });
    const timer =
      giveUpMillis === undefined
        ? null
        : setTimeout(() => socket.destroy(new Error('gave up')), giveUpMillis);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

async function converse({ host, port, paths, close, giveUpMillis }) {
  let socket;
  try {
    socket = await connect({ host, port, giveUpMillis });
  } catch (error) {
    return { error: error.code ?? error.message };
  }
  const localPort = socket.localPort;
  let answered = 0;
  let failed = 0;
  let error = null;
  try {
    for (const path of paths) {
      if (close === 'half') socket.end(`GET ${path} HTTP/1.1\r\n\r\n`);
      const status = await (close === 'half' ? answer(socket) : request(socket, path, giveUpMillis));
      answered++;
      if (status >= 500) failed++;
    }
  } catch (problem) {
    error = problem.code ?? problem.message;
  }
  await closed(socket, () => (close === 'reset' ? socket.resetAndDestroy() : socket.end()));
  return { localPort, answered, failed, error, sent: socket.bytesWritten, received: socket.bytesRead };
}

function request(socket, path, giveUpMillis) {
  socket.write(`GET ${path} HTTP/1.1\r\n\r\n`);
  return answer(socket, giveUpMillis);
}

/** Status of the next answer, read to its end. */
function answer(socket, giveUpMillis) {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer =
      giveUpMillis === undefined ? null : setTimeout(() => done(new Error('gave up')), giveUpMillis);
    const done = (error, status) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('error', done);
      socket.off('close', onClose);
      if (error) reject(error);
      else resolve(status);
    };
    const onClose = () => done(new Error('closed'));
    const onData = (bytes) => {
      text += bytes;
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(text)[1]);
      if (text.length >= end + 4 + length) done(null, Number(text.slice(9, 12)));
    };
    socket.on('data', onData);
    socket.on('error', done);
    socket.on('close', onClose);
  });
}

function closed(socket, how) {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once('close', resolve);
    socket.on('error', () => {});
    socket.resume();
    how();
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line);
  const result = await commands[command](parameters);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
process.exit(0);
