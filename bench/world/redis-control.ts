import { connect } from 'node:net';
import { redisCodec } from './service/redis-codec.ts';
import { sleep } from './shell.ts';

const POLL_MILLIS = 20;
const START_POLLS = 500;

/** One command to Redis over its Unix socket, out of sight of everything that watches the network. */
export function tellRedis(path: string, ...words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('connect', () => socket.write(redisCodec.encode(words)));
  });
}

export async function redisReady(path: string): Promise<void> {
  for (let poll = 1; ; poll += 1) {
    try {
      return await tellRedis(path, 'PING');
    } catch (error) {
      if (poll === START_POLLS) throw error;
      await sleep(POLL_MILLIS);
    }
  }
}
