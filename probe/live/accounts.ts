import type { Flow } from '../flow.ts';
import { EMPTY, merge } from '../histogram.ts';
import type { Exchange } from '../protocols/parser.ts';
import { topOperations } from './operations.ts';
import { addMicros, type Tally } from './tally.ts';

/** What a flow says about the requests of its slice. */
export type Account = Pick<
  Flow,
  | 'basis'
  | 'requests'
  | 'failedRequests'
  | 'statuses'
  | 'untimed'
  | 'operations'
  | 'latency'
  | 'wait'
  | 'service'
>;

export const NO_REQUESTS: Account = Object.freeze({
  basis: 'parsed',
  requests: 0,
  failedRequests: 0,
  statuses: [],
  untimed: 0,
  operations: [],
  latency: EMPTY,
  wait: EMPTY,
  service: EMPTY,
});

/** Statuses kept apart in one account or operation; answers with others are counted without their status. */
const MAX_STATUSES = 32;

type Statuses = [status: number, count: number][];

interface OpenOperation {
  readonly name: string;
  requests: number;
  failed: number;
  readonly statuses: Statuses;
  latency: Tally | null;
}

/** An account that still grows. Its parts are made when they are needed: most connections carry one request. */
export interface OpenAccount {
  requests: number;
  failed: number;
  untimed: number;
  readonly statuses: Statuses;
  latency: Tally | null;
  wait: Tally | null;
  service: Tally | null;
  readonly operations: OpenOperation[];
}

export function openAccount(): OpenAccount {
  return {
    requests: 0,
    failed: 0,
    untimed: 0,
    statuses: [],
    latency: null,
    wait: null,
    service: null,
    operations: [],
  };
}

/** @param name what the operation goes by; `''` counts it in no operation */
export function addExchange(account: OpenAccount, exchange: Exchange, server: boolean, name: string): void {
  const answered = exchange.answeredAt !== 0;
  const timed = exchange.timed && answered;
  account.requests++;
  if (exchange.failed) {
    account.failed++;
    addStatus(account.statuses, exchange.status, 1);
  }
  if (!timed && (answered || !exchange.failed)) account.untimed++;

  const begin = server && exchange.arrivedAt !== 0 ? exchange.arrivedAt : exchange.startedAt;
  const latency = (exchange.answeredAt - begin) / 1000;
  if (timed) {
    account.latency = addMicros(account.latency, latency);
    if (server) {
      if (exchange.arrivedAt !== 0)
        account.wait = addMicros(account.wait, (exchange.startedAt - begin) / 1000);
      account.service = addMicros(account.service, (exchange.answeredAt - exchange.startedAt) / 1000);
    }
  }
  if (name === '') return;
  const operation = operationOf(account, name);
  operation.requests++;
  if (exchange.failed) operation.failed++;
  addStatus(operation.statuses, exchange.status, 1);
  if (timed) operation.latency = addMicros(operation.latency, latency);
}

/** The account as it is now; `account` must not be used any more. */
export function closeAccount(account: OpenAccount): Account {
  return {
    basis: 'parsed',
    requests: account.requests,
    failedRequests: account.failed,
    statuses: account.statuses,
    untimed: account.untimed,
    operations: topOperations(
      account.operations.map((operation) => ({ ...operation, latency: operation.latency ?? EMPTY })),
    ),
    latency: account.latency ?? EMPTY,
    wait: account.wait ?? EMPTY,
    service: account.service ?? EMPTY,
  };
}

/** Both together; of different bases the weaker is that of the sum. */
export function addAccounts(a: Account, b: Account): Account {
  const statuses = a.statuses.map(([status, count]): [number, number] => [status, count]);
  for (const [status, count] of b.statuses) addStatus(statuses, status, count);
  return {
    basis: STRENGTH[a.basis] < STRENGTH[b.basis] ? a.basis : b.basis,
    requests: a.requests + b.requests,
    failedRequests: a.failedRequests + b.failedRequests,
    statuses,
    untimed: a.untimed + b.untimed,
    operations: topOperations([...a.operations, ...b.operations]),
    latency: merge(a.latency, b.latency),
    wait: merge(a.wait, b.wait),
    service: merge(a.service, b.service),
  };
}

/** Keeps them ascending. */
export function addStatus(statuses: Statuses, status: number, count: number): void {
  let at = 0;
  while (at < statuses.length && statuses[at]![0] < status) at++;
  const known = statuses[at];
  if (known?.[0] === status) known[1] += count;
  else if (statuses.length < MAX_STATUSES) statuses.splice(at, 0, [status, count]);
}

const STRENGTH = { connection: 0, turns: 1, parsed: 2 } as const satisfies Record<Flow['basis'], number>;

/** Linear: an account has few operations, and the last one used comes first. */
function operationOf(account: OpenAccount, name: string): OpenOperation {
  const { operations } = account;
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i]!;
    if (operation.name !== name) continue;
    if (i > 0) [operations[0], operations[i]] = [operation, operations[0]!];
    return operation;
  }
  const operation: OpenOperation = { name, requests: 0, failed: 0, statuses: [], latency: null };
  operations.push(operation);
  return operation;
}
