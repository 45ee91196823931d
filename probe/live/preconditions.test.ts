import { expect, test } from 'vitest';
import { BpfError } from '../bpf-ringbuf-napi/index.js';
import { mayLoadPrograms } from './preconditions.ts';
import { refusedProgram } from './refusal.ts';

test.each([
  ['root', '000001ffffffffff', true],
  ['nobody', '0000000000000000', false],
  ['BPF and PERFMON', '000000c000000000', true],
  ['BPF alone', '0000008000000000', false],
])('capabilities of %s', (_, mask, may) => {
  expect(mayLoadPrograms(`Name:\tnode\nCapEff:\t${mask}\n`)).toBe(may);
});

test('without /proc nothing is assumed', () => {
  expect(mayLoadPrograms('')).toBe(false);
});

test('the program a kernel refused is read from the log', () => {
  const failure = (log: string) =>
    Object.assign(new BpfError(), { code: 'EACCES', message: 'load failed', log });
  expect(
    refusedProgram(failure("libbpf: prog 'send_start': BPF program load failed: Permission denied")),
  ).toBe('send_start');
  expect(refusedProgram(failure('libbpf: map is too large'))).toBeNull();
  expect(refusedProgram(new Error("prog 'send_start': failed to load"))).toBeNull();
});
