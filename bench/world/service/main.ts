import { AcceptLog } from './accept-log.ts';
import { ClientLedger } from './client-ledger.ts';
import { LoadGenerator } from './load.ts';
import { PooledNeighbours } from './neighbours.ts';
import type { Answers, Command, FromPod, PodConfig, ToPod } from './protocol.ts';
import { ShopServer } from './server.ts';
import { handlerOf } from './shop/index.ts';

/** The process of a pod. It lives as long as the world that started it holds its channel. */
const config = JSON.parse(process.env.FAULTLINE_WORLD_POD ?? '{}') as PodConfig;
process.title = config.service;

const ledger = new ClientLedger();
const accepts = new AcceptLog();
const neighbours = new PooledNeighbours(config, ledger);
const server = new ShopServer(config, handlerOf(config.service, neighbours), accepts);
const load = new LoadGenerator((request) => neighbours.call('frontend', request));

/** Between two looks at whether the last connection of a leaving pod has ended. */
const LEAVE_POLL_MILLIS = 50;
/** Looks in a row that must find nothing: a connection may still be on its way when the pod leaves its service. */
const LEAVE_POLLS = 6;

type Handlers = { [T in Command['type']]: (command: Extract<Command, { type: T }>) => Promise<Answers[T]> };

const handlers: Handlers = {
  behave: async ({ behaviour }) => {
    server.behaviour = { ...server.behaviour, ...behaviour };
    neighbours.malformedRate = server.behaviour.malformedRate;
    return null;
  },
  listen: async ({ on }) => {
    if (on) await server.listen();
    else server.refuse();
    return null;
  },
  'requests-per-connection': async ({ count }) => {
    neighbours.requestsPerConnection = count;
    return null;
  },
  load: async ({ order }) => {
    load.start(order);
    return null;
  },
  surge: async ({ surge }) => {
    load.surge(surge);
    return null;
  },
  'stop-load': async () => {
    load.stop();
    return null;
  },
  state: async () => ({
    inFlight: server.inFlight + load.underWay,
    clientSockets: ledger.openConnections,
    serverSockets: accepts.open,
    journeys: load.journeys,
  }),
  'close-idle': async () => {
    neighbours.closeIdle();
    return null;
  },
  ledger: async () => ({
    pod: config.pod,
    clients: ledger.clients(),
    connectFailures: ledger.connectFailures(),
    unanswered: ledger.unanswered(),
    accepted: accepts.accepted,
    served: [...server.served].map(([client, counts]) => ({ client, ...counts })),
  }),
  accepted: async ({ queries }) => queries.map((query) => accepts.has(query)),
  leave: async () => {
    server.leaving = true;
    for (let quiet = 0; quiet < LEAVE_POLLS; quiet += 1) {
      if (accepts.open + server.inFlight > 0) quiet = 0;
      await sleep(LEAVE_POLL_MILLIS);
    }
    server.refuse();
    neighbours.closeIdle();
    while (ledger.openConnections > 0) await sleep(LEAVE_POLL_MILLIS);
    return null;
  },
};

process.on('message', (message) => {
  const { id, command } = message as ToPod;
  const handle = handlers[command.type] as (command: Command) => Promise<unknown>;
  handle(command).then(
    (value) => send({ type: 'answer', id, value }),
    (error: Error) => send({ type: 'error', id, message: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

await server.listen();
send({ type: 'ready' });

function send(message: FromPod): void {
  process.send?.(message);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
