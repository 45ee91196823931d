import { expect, test } from 'vitest';
import { style } from '../../report/style.ts';
import type { Check, Section } from './checks.ts';
import { table } from './table.ts';
import { EXIT_CODES, verdictOf } from './verdict.ts';

const check = (name: string, more: Partial<Check> = {}): Check => ({
  name,
  state: 'on',
  reason: '',
  lost: 'something',
  advice: '',
  asked: true,
  ...more,
});
const live = (...checks: Check[]): Section[] => [{ title: 'live probe', checks }];
const LONG = 'retransmissions of stalled connections';
const SECTIONS = live(
  check('connections', { by: 'tracepoint inet_sock_set_state' }),
  check(LONG, { by: 'tracepoint tcp_retransmit_skb' }),
  check('requests', {
    state: 'fallback',
    by: 'function tcp_cleanup_rbuf',
    reason: 'this kernel has no tracepoint sock_recv_length',
    lost: '',
  }),
  check('waiting time', {
    state: 'off',
    reason: 'the kernel refused to load it',
    lost: 'how long requests wait before the server reads them',
    advice: 'Use a newer kernel.',
  }),
);

test.each([80, 100, 120, 200])('in %i columns no line is longer, and every column is straight', (width) => {
  const lines = table(SECTIONS, width, style(false)).split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  const column = lines[0]!.indexOf('STATE');
  const marks = lines.filter((line) => /[✓▲✗]/.test(line));
  expect(marks).toHaveLength(4);
  for (const line of marks) expect(line.search(/[✓▲✗]/)).toBe(column);
  const text = lines.join(' ').replace(/\s+/g, ' ');
  expect(text).toContain(
    '▲ fallback function tcp_cleanup_rbuf This kernel has no tracepoint sock_recv_length.',
  );
  expect(text).toContain('Lost: how long requests wait before the server reads them. Use a newer kernel.');
  expect(text).not.toContain('Lost: something');
});

test('colour changes no column', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of colours
  const colours = /\u001b\[\d+m/g;
  expect(table(SECTIONS, 80, style(true)).replace(colours, '')).toBe(table(SECTIONS, 80, style(false)));
});

test('names of foreign things cannot move the cursor', () => {
  expect(table(live(check('a\u001b[2Jb')), 80, style(false))).not.toContain('\u001b');
});

test.each([
  ['ready', [check('connections'), check('requests', { state: 'fallback', lost: '' })]],
  ['ready', [check('connections'), check('kubernetes', { state: 'off', asked: false })]],
  ['degraded', [check('connections'), check('requests', { state: 'fallback' })]],
  ['degraded', [check('connections'), check('cgroups', { state: 'off' })]],
  ['unable', [check('connections', { state: 'off' })]],
] as const)('%s', (verdict, checks) => {
  expect(verdictOf(live(...checks))).toBe(verdict);
});

test('scripts tell the three apart by the exit code', () => {
  expect(EXIT_CODES).toEqual({ ready: 0, degraded: 3, unable: 1 });
});
