import { expect, test } from 'vitest';
import { choose, featureOf, type KernelFacts } from './choice.ts';
import { PROGRAMS, type Program } from './program-table.ts';

/** The hooks that differ between kernels, as they were found on each. */
const kernel = (tracepoints: Record<string, number>, functions: readonly string[]): KernelFacts => ({
  tracepointArguments: (name) => tracepoints[name] ?? -1,
  hasFunction: (name) => functions.includes(name),
  cgroups: '/sys/fs/cgroup',
});
const COMMON = {
  inet_sock_set_state: 3,
  tcp_receive_reset: 1,
  tcp_send_reset: 2,
  tcp_retransmit_skb: 2,
  tcp_destroy_sock: 1,
};
const FUNCTIONS = ['tcp_sendmsg', 'tcp_cleanup_rbuf', 'sock_def_readable'];
const LINUX_6_1 = kernel(COMMON, [...FUNCTIONS, 'tcp_sendpage']);
const MODERN = { ...COMMON, sock_send_length: 4, sock_recv_length: 4, sk_data_ready: 1 };
const LINUX_6_12 = kernel(MODERN, FUNCTIONS);
const LINUX_6_18 = kernel({ ...MODERN, tcp_sendmsg_locked: 4 }, FUNCTIONS);

const chosenBy = (facts: KernelFacts) =>
  new Set(PROGRAMS.map((row) => choose(row, facts, new Map())).flatMap(({ programs }) => programs));
const row = (name: string): Program => PROGRAMS.find((each) => each.name === name)!;

test('each kernel gets the best it can run, and never two programs for one thing', () => {
  const ours = ['send_start', 'send_done', 'receive_done', 'data_ready'];
  const newest = chosenBy(LINUX_6_18);
  expect(ours.filter((name) => newest.has(name))).toEqual(ours);
  expect([...newest].filter((name) => /_(entry|exit)$/.test(name))).toEqual([]);
  const newer = chosenBy(LINUX_6_12);
  expect(ours.filter((name) => newer.has(name))).toEqual(['send_done', 'receive_done', 'data_ready']);
  expect(newer).toContain('send_start_entry');
  expect(newer).not.toContain('page_start_entry');
  const older = chosenBy(LINUX_6_1);
  expect(ours.filter((name) => older.has(name))).toEqual([]);
  for (const name of ['send_start_entry', 'page_start_entry', 'send_done_exit', 'page_done_exit'])
    expect(older).toContain(name);
  expect(older).toContain('receive_done_entry');
  expect(older).toContain('data_ready_entry');
});

test('what the kernel refused is replaced by the next, and then told as off', () => {
  const first = choose(row('receive_done'), LINUX_6_12, new Map([['receive_done', 'refused']]));
  expect(first).toMatchObject({ rank: 1, programs: ['receive_done_entry'], reason: 'refused' });
  expect(featureOf(first)).toMatchObject({
    state: 'fallback',
    reason: 'refused',
    by: 'function tcp_cleanup_rbuf',
  });
  const both = new Map([
    ['receive_done', 'refused'],
    ['receive_done_entry', 'refused too'],
  ]);
  const none = choose(row('receive_done'), LINUX_6_12, both);
  expect(none).toMatchObject({ rank: -1, programs: [] });
  expect(featureOf(none)).toMatchObject({ state: 'off', reason: 'refused; refused too' });
});

test('a part of a stand-in that is refused does not take the rest with it', () => {
  const chosen = choose(row('send_done'), LINUX_6_1, new Map([['page_done_exit', 'refused']]));
  expect(chosen.programs).toEqual(['send_done_exit']);
});

test('sends without a beginning are timed when they return', () => {
  const chosen = choose(row('send_start'), kernel(MODERN, []), new Map());
  expect(featureOf(chosen)).toMatchObject({ state: 'fallback', by: 'the return of the send' });
});

test('a tracepoint with fewer arguments than the program reads is not used', () => {
  const reads = (arguments_: number): Program => ({
    name: 'p',
    hook: { kind: 'tracepoint', name: 'tcp_send_reset', arguments: arguments_ },
    feature: 'f',
    lost: 'l',
  });
  expect(choose(reads(2), LINUX_6_1, new Map()).rank).toBe(0);
  expect(choose(reads(3), LINUX_6_1, new Map())).toMatchObject({
    rank: -1,
    reason: 'the tracepoint tcp_send_reset of this kernel has only 2 arguments',
  });
});
