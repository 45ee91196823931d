import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation, Expected } from '../conversation.ts';
import { bad, converse, freePort, good, launch } from './between.ts';
import { encode, type RespClient, respClient } from './resp-client.ts';

type Story = (client: RespClient, other: () => Promise<RespClient>) => Promise<readonly Expected[]>;

/** The number that stands for an error, told apart by hand. */
const NUMBERS: Readonly<Record<string, number>> = { ERR: 1, WRONGTYPE: 2, NOSCRIPT: 5, EXECABORT: 16 };

function told(operation: string, reply: string, timed = true): Expected {
  if (reply[0] !== '-' && reply[0] !== '!') return good(operation, timed);
  const word = /[A-Z]{3,}/.exec(reply)![0];
  return { ...bad(operation, NUMBERS[word]!, timed), failed: word !== 'NOSCRIPT' };
}

async function ask(client: RespClient, operation: string, ...words: readonly string[]): Promise<Expected> {
  client.say(encode(...words));
  return told(operation, await client.hear());
}

/** All in one call, then all the answers. */
async function pipeline(
  client: RespClient,
  asked: readonly (readonly [string, ...string[]])[],
): Promise<Expected[]> {
  client.say(asked.map(([, ...words]) => encode(...words)).join(''));
  const heard: Expected[] = [];
  for (const [operation] of asked) heard.push(told(operation, await client.hear()));
  return heard;
}

const commands: Story = async (client) => [
  await ask(client, 'CLIENT SETINFO', 'client', 'SetInfo', 'LIB-NAME', 'ledger'),
  await ask(client, 'SET', 'SET', 'session:4711', 'GET secret'),
  await ask(client, 'GET', 'get', 'session:4711'),
  await ask(client, 'CONFIG GET', 'CONFIG', 'GET', 'maxmemory'),
  await ask(client, 'LPUSH', 'LPUSH', 'session:4711', 'x'),
  await ask(client, 'other', 'FLUBBER', 'x'),
  await ask(client, 'EVALSHA', 'EVALSHA', 'f'.repeat(40), '0'),
  await ask(client, 'EVAL', 'EVAL', 'return {1, {2, {3, "x"}}, redis.error_reply("OOPS")}', '0'),
  await ask(client, 'MGET', 'MGET', 'session:4711', 'nothing', 'nothing'),
  await ask(client, 'MULTI', 'MULTI'),
  await ask(client, 'INCR', 'INCR', 'counter'),
  await ask(client, 'LPUSH', 'LPUSH', 'counter', 'x'),
  { ...(await ask(client, 'EXEC', 'EXEC')), status: 2, failed: true },
  await ask(client, 'MULTI', 'MULTI'),
  await ask(client, 'INCR', 'INCR'),
  await ask(client, 'EXEC', 'EXEC'),
];

const pipelines: Story = async (client) => {
  const many = Array.from({ length: 30 }, (_, n) => ['SET', 'SET', `key:${n}`, `value ${n}`] as const);
  const first = await pipeline(client, many);
  const second = await pipeline(client, [
    ['GET', 'GET', 'key:1'],
    ['HGET', 'HGET', 'key:2', 'field'],
    ['DEL', 'DEL', 'key:1', 'key:2'],
    ['SCAN', 'SCAN', '0'],
    ['PING', 'PING'],
  ]);
  client.say('PING\r\nGET key:3\r\n');
  const third = [told('PING', await client.hear()), told('GET', await client.hear())];
  return [...first, ...second, ...third];
};

const large: Story = async (client) => [
  await ask(client, 'SET', 'SET', 'blob', 'x\r\n'.repeat(30_000)),
  await ask(client, 'GET', 'GET', 'blob'),
  ...(await pipeline(client, [
    ['RPUSH', 'RPUSH', 'list', ...Array.from({ length: 40 }, (_, n) => `entry ${n}`)],
    ['LRANGE', 'LRANGE', 'list', '0', '-1'],
    ['LLEN', 'LLEN', 'list'],
  ])),
  await ask(client, 'GET', 'GET', 'blob'),
  await ask(client, 'PING', 'PING'),
];

const resp3: Story = async (client, other) => {
  const heard = [
    await ask(client, 'HELLO', 'HELLO', '3'),
    await ask(client, 'HSET', 'HSET', 'hash', 'a', '1', 'b', '2'),
    await ask(client, 'HGETALL', 'HGETALL', 'hash'),
    await ask(client, 'SADD', 'SADD', 'set', 'a', 'b'),
    await ask(client, 'SMEMBERS', 'SMEMBERS', 'set'),
    await ask(client, 'ZADD', 'ZADD', 'sorted', '1.5', 'a'),
    await ask(client, 'ZSCORE', 'ZSCORE', 'sorted', 'a'),
    await ask(client, 'GET', 'GET', 'nothing'),
    await ask(client, 'CLIENT TRACKING', 'CLIENT', 'TRACKING', 'ON', 'BCAST'),
  ];
  const publisher = await other();
  await ask(publisher, '', 'SET', 'news', '1');
  await client.hear();
  client.say(encode('SUBSCRIBE', 'one', 'two'));
  await client.hear();
  await client.hear();
  heard.push(good('SUBSCRIBE', false));
  await ask(publisher, '', 'PUBLISH', 'one', 'GET');
  await client.hear();
  heard.push(await ask(client, 'GET', 'GET', 'news'));
  client.say(encode('UNSUBSCRIBE'));
  await client.hear();
  await client.hear();
  publisher.close();
  return [...heard, good('UNSUBSCRIBE', false), await ask(client, 'PING', 'PING')];
};

const subscriber: Story = async (client, other) => {
  const publisher = await other();
  client.say(encode('SUBSCRIBE', 'message', 'two'));
  await client.hear();
  await client.hear();
  for (const text of ['hello', 'subscribe']) {
    await ask(publisher, '', 'PUBLISH', 'message', text);
    await client.hear();
  }
  const heard = [good('SUBSCRIBE', false), await ask(client, 'PING', 'PING')];
  client.say(encode('PSUBSCRIBE', 'n*'));
  await client.hear();
  await ask(publisher, '', 'PUBLISH', 'news', 'x');
  await client.hear();
  client.say(encode('PUNSUBSCRIBE') + encode('UNSUBSCRIBE'));
  for (let n = 0; n < 3; n++) await client.hear();
  publisher.close();
  return [
    ...heard,
    good('PSUBSCRIBE', false),
    good('PUNSUBSCRIBE', false),
    good('UNSUBSCRIBE', false),
    await ask(client, 'RPUSH', 'RPUSH', 'words', 'message', 'a', 'b'),
    await ask(client, 'LRANGE', 'LRANGE', 'words', '0', '-1'),
  ];
};

const blocking: Story = async (client, other) => {
  const pusher = await other();
  client.say(encode('BLPOP', 'queue', '5'));
  await sleep(30);
  await ask(pusher, '', 'LPUSH', 'queue', 'job');
  const heard = [told('BLPOP', await client.hear(), false)];
  client.say(encode('XREAD', 'COUNT', '1', 'BLOCK', '20', 'STREAMS', 'events', '$'));
  heard.push(told('XREAD', await client.hear(), false));
  heard.push(await ask(client, 'XREAD', 'XREAD', 'COUNT', '1', 'STREAMS', 'events', '0'));
  client.say(encode('WAIT', '0', '10'));
  heard.push(told('WAIT', await client.hear(), false));
  heard.push(await ask(client, 'PING', 'PING'));
  client.say(encode('MONITOR'));
  heard.push(told('MONITOR', await client.hear(), false));
  await ask(pusher, '', 'SET', 'seen', 'by the monitor');
  await client.hear();
  pusher.close();
  return heard;
};

/** Conversations with a real redis-server. */
export async function recordRedis(): Promise<readonly Conversation[]> {
  const target = await freePort();
  const server = await launch(target, 'redis-server', [
    '--port',
    String(target),
    '--save',
    '',
    '--bind',
    '127.0.0.1',
  ]);
  const said: Conversation[] = [];
  try {
    for (const [name, story] of Object.entries({ commands, pipelines, large, resp3, subscriber, blocking }))
      said.push(
        await converse({
          name: `redis-${name}`,
          protocol: 'redis',
          port: 6379,
          between: 'redis-server 7.0.15, plain socket',
          target,
          async client(port) {
            const client = await respClient(port);
            const heard = await story(client, () => respClient(target));
            client.close();
            return heard;
          },
        }),
      );
  } finally {
    await server.stop();
  }
  return said;
}
