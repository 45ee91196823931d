/** Commands of the helper over UDP, beside those over TCP. */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';

let servers = [];

export const datagramCommands = {
  /** Answers each datagram with `re:` and itself, on one socket that is connected to nobody. */
  async echo({ port }) {
    const socket = dgram.createSocket({ type: 'udp6', ipv6Only: false });
    socket.on('message', (message, from) => socket.send(`re:${message}`, from.port, from.address));
    socket.bind(port, '::');
    await once(socket, 'listening');
    servers.push(socket);
    return {};
  },
  /** Takes datagrams and answers none, in calls that do not ask who sent them. */
  async sink({ port }) {
    const socket = dgram.createSocket('udp4');
    let received = 0;
    socket.on('message', () => received++);
    socket.bind(port, '0.0.0.0');
    await once(socket, 'listening');
    servers.push(socket);
    return {};
  },
  /** Closes every socket. */
  async silence() {
    await Promise.all(servers.map((socket) => new Promise((resolve) => socket.close(resolve))));
    servers = [];
    return {};
  },
  /** `count` datagrams from one socket, each waiting for the answer to the one before. */
  async exchange({ host, port, count, connected = false, keep = false }) {
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    if (connected) await new Promise((resolve) => socket.connect(port, host, resolve));
    const book = { sent: 0, received: 0 };
    for (let i = 0; i < count; i++) {
      const message = 'x'.repeat(1 + (i % 50));
      if (connected) socket.send(message);
      else socket.send(message, port, host);
      const [answer] = await once(socket, 'message');
      book.sent += message.length;
      book.received += answer.length;
    }
    const localPort = socket.address().port;
    if (keep) servers.push(socket);
    else await new Promise((resolve) => socket.close(resolve));
    return { localPort, ...book };
  },
  /** `count` datagrams that nobody answers, from one socket each. */
  async shout({ host, port, count }) {
    for (let i = 0; i < count; i++) {
      const socket = dgram.createSocket('udp4');
      await new Promise((resolve) => socket.send('shout', port, host, resolve));
      await new Promise((resolve) => socket.close(resolve));
    }
    return {};
  },
  /** To a connected port where nobody listens: the code the process is told. */
  async refused({ host, port }) {
    const socket = dgram.createSocket('udp4');
    await new Promise((resolve) => socket.connect(port, host, resolve));
    socket.send('anybody?');
    const [error] = await once(socket, 'error');
    await new Promise((resolve) => socket.close(resolve));
    return { code: error.code };
  },
  /** A name server: the first label of a name says what happens to the question. */
  async nameServer({ port = 53 }) {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (question, from) => {
      const first = String(question.subarray(13, 13 + question[12]));
      if (first === 'silent') return;
      const answer = Buffer.from(question);
      answer[2] = 0x81;
      answer[3] = 0x80 | ({ servfail: 2, nx: 3 }[first] ?? 0);
      socket.send(answer, from.port, from.address);
    });
    socket.bind(port, '0.0.0.0');
    await once(socket, 'listening');
    servers.push(socket);
    return {};
  },
  /** Asks a name server by the library that sends and receives in calls of its own (c-ares). */
  async resolve({ server, name, type = 'A', timeout = 1000, tries = 1 }) {
    const resolver = new dns.promises.Resolver({ timeout, tries });
    resolver.setServers([server]);
    return resolver.resolve(name, type).then(
      (records) => ({ records }),
      (error) => ({ error: error.code }),
    );
  },
  /** `count` different names from one socket, 50 at once. */
  async resolveMany({ server, count }) {
    const socket = dgram.createSocket('udp4');
    for (let asked = 0; asked < count; ) {
      const end = Math.min(asked + 50, count);
      const answered = answers(socket, end - asked);
      for (; asked < end; asked++) {
        const question = Buffer.from('..\x01\0\0\x01\0\0\0\0\0\0\x04name\x07example\0\0\x01\0\x01', 'latin1');
        question.writeUInt16BE(asked, 0);
        socket.send(question, 53, server);
      }
      await answered;
    }
    await new Promise((resolve) => socket.close(resolve));
    return {};
  },
  /** Asks as the C library does: both address families in one call. */
  async lookup({ name }) {
    return dns.promises.lookup(name, { all: true }).then(
      (records) => ({ records }),
      (error) => ({ error: error.code }),
    );
  },
};

function answers(socket, count) {
  return new Promise((resolve) => {
    const take = () => {
      if (--count > 0) return;
      socket.off('message', take);
      resolve();
    };
    socket.on('message', take);
  });
}
