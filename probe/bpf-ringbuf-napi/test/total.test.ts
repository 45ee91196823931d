import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import * as bpf from '../index.js';
import { loadPrograms, needsKernel, run, scratch } from './support.ts';

type Anything = (...parameters: unknown[]) => unknown;

/** Calls with a receiver and arguments of any kind end in a value or a typed error; a crash would end this process. */
function holds(method: Anything, receivers: readonly unknown[]): void {
  const value = fc.oneof(
    fc.anything({ withTypedArray: true, withBigInt: true }),
    fc.constantFrom<unknown>(
      ...['on_call', 'table', 'records', 'counters', 'list_ports', '\0', 'CAP_CHOWN'],
      ...[-1, 0.5, Number.NaN, 2 ** 53, new Uint8Array(4), new Uint8Array(8), Symbol('s'), null],
      new Proxy({}, { get: () => ({}) }),
    ),
  );
  const parameters = fc.array(value, { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...receivers), parameters, (receiver, list) => {
      try {
        method.apply(receiver, list);
      } catch (error) {
        // V8 itself refuses a method called on an object of another class.
        expect(error instanceof bpf.BpfError || error instanceof TypeError).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
}

function methods(of: object): Map<string, Anything> {
  const found = new Map<string, Anything>();
  for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
    const method = (value ?? get) as unknown;
    if (name !== 'constructor' && typeof method === 'function') found.set(name, method as Anything);
  }
  return found;
}

test('no method crashes, whatever it is called on and with', (context) => {
  needsKernel(context);
  const object = loadPrograms(context);
  const instances = [
    object,
    object.map('table'),
    object.map('per_cpu'),
    object.ring('records'),
    object.attach('on_call'),
  ];
  const conntrack = bpf.Conntrack.open();
  context.onTestFinished(() => conntrack.close());
  const receivers = [
    ...instances,
    conntrack,
    {},
    null,
    undefined,
    1,
    Object.create(bpf.BpfObject.prototype),
    bpf.BpfObject,
  ];
  const ends = new Set(['close', 'detach']); // last, so that the others meet open objects as well as closed ones
  const all = instances
    .concat(conntrack as never)
    .flatMap((each) => [...methods(Object.getPrototypeOf(each))]);
  expect(all.length).toBeGreaterThan(30);
  for (const [name, method] of all) if (!ends.has(name)) holds(method, receivers);
  for (const [name, method] of all) if (ends.has(name)) holds(method, receivers);
  for (const [, method] of all) holds(method, receivers);
});

test('no function crashes, whatever it is called with', (context) => {
  needsKernel(context);
  const { unavailable: _, BpfError: __, keepCapabilities, ...rest } = bpf;
  for (const of of Object.values(rest)) {
    if (of === bpf.BpfObject || of === bpf.Conntrack) {
      holds(of.open as Anything, [of, undefined]);
      holds(
        ((...parameters: never[]) => new (of as new (...all: never[]) => unknown)(...parameters)) as Anything,
        [null],
      );
    } else {
      holds(of as Anything, [undefined]);
    }
  }
  // Valid names would really drop them from this process: only what is no list of names.
  for (const wrong of [
    undefined,
    'CAP_CHOWN',
    {},
    [1],
    ['CAP_CHOWN', 'nothing'],
    { length: 1, 0: 'CAP_CHOWN' },
  ]) {
    expect(() => (keepCapabilities as Anything)(wrong)).toThrow(bpf.BpfError);
  }
});

test('the conntrack parser survives damaged messages', (context) => {
  needs(context, 'linux', 'addon', 'gcc');
  const binary = join(scratch(context), 'fuzz');
  const test = fileURLToPath(new URL('.', import.meta.url));
  const sources = [join(test, 'conntrack_message_fuzz.cc'), join(test, '../src/core/conntrack_message.cc')];
  const sanitize = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  run('g++', '-std=gnu++17', '-O1', ...sanitize, ...sources, '-o', binary);
  for (const seed of ['1', '2', '3']) expect(run(binary, seed)).toBe('survived\n');
});
