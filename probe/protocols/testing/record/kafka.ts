import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Conversation, Expected } from '../conversation.ts';
import { bad, converse, good } from './between.ts';
import { type Broker, kafkaBroker, TOPIC } from './kafka-broker.ts';

const { Kafka, logLevel } = kafkajs;
const MESSAGE_TOO_LARGE = 10;
const FETCH = 1;

interface Sent {
  readonly payload: { readonly apiName: string; readonly apiKey: number };
}

const client = (port: number) =>
  new Kafka({
    clientId: 'shop',
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });

/** With all replicas, with none (nobody answers), and one that the broker refuses. */
async function producing(broker: Broker, port: number): Promise<readonly Expected[]> {
  const producer = client(port).producer();
  const expected: Expected[] = [];
  producer.on('producer.network.request', ({ payload }: Sent) => {
    if (payload.apiName !== 'Produce') expected.push(good(payload.apiName));
  });
  await producer.connect();
  const send = (acks: number, value: string) => producer.send({ topic: TOPIC, acks, messages: [{ value }] });
  await send(-1, 'secret');
  expected.push(good('Produce'));
  await send(0, 'secret');
  expected.push(good('Produce', false));
  await Promise.all([1, 2, 3].map((n) => send(-1, `secret ${n}`)));
  expected.push(good('Produce'), good('Produce'), good('Produce'));
  broker.refuse(MESSAGE_TOO_LARGE);
  const refused = await send(-1, 'secret').then(
    () => 0,
    (error: { code?: number; cause?: { code?: number } }) => error.code ?? error.cause?.code ?? 0,
  );
  expected.push(bad('Produce', refused));
  broker.refuse(0);
  await send(-1, 'x'.repeat(30_000));
  expected.push(good('Produce'));
  await sleep(50);
  await producer.disconnect();
  return expected;
}

/** A group of one; the driver has an older name for one request. Its driver fetches on a connection of its own: `fetching` says which of both is wanted. */
async function consuming(port: number, fetching: boolean): Promise<readonly Expected[]> {
  const consumer = client(port).consumer({
    groupId: 'secret-group',
    heartbeatInterval: 50,
    maxWaitTimeInMs: 60,
  });
  const expected: Expected[] = [];
  consumer.on('consumer.network.request', ({ payload }: Sent) => {
    if ((payload.apiKey === FETCH) !== fetching) return;
    const name = payload.apiName === 'GroupCoordinator' ? 'FindCoordinator' : payload.apiName;
    expected.push(good(name, !['Fetch', 'JoinGroup', 'SyncGroup'].includes(name)));
  });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const first = new Promise<void>((resolve) => {
    void consumer.run({ eachMessage: async () => resolve() });
  });
  await first;
  await sleep(250);
  await consumer.disconnect();
  await sleep(50);
  return expected;
}

/** Conversations of the driver `kafkajs` with a small broker that speaks the protocol's published formats. */
export async function recordKafka(): Promise<readonly Conversation[]> {
  const broker = await kafkaBroker();
  const spoken = {
    protocol: 'kafka',
    port: 9092,
    between: 'a broker double, kafkajs 2',
    target: broker.port,
  } as const;
  const told = (port: number) => {
    broker.advertise(port);
    return port;
  };
  try {
    return [
      await converse({ ...spoken, name: 'kafka-producer', client: (port) => producing(broker, told(port)) }),
      await converse({
        ...spoken,
        name: 'kafka-fetches',
        connections: 2,
        client: (port) => consuming(told(port), true),
      }),
      await converse({
        ...spoken,
        name: 'kafka-group',
        connections: 2,
        connection: 0,
        client: (port) => consuming(told(port), false),
      }),
    ];
  } finally {
    broker.close();
  }
}
