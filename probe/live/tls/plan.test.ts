import { expect, test } from 'vitest';
import type { CodeSymbol, ElfFile } from './elf.ts';
import { isEmulated } from './emulated.ts';
import { planOf } from './plan.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** Functions a page apart, the first at 0x1000; the file has them where they are linked, less 0x800. */
function elfOf(functions: Readonly<Record<string, string>>, machine = 62): ElfFile {
  const code = Object.values(functions).map(bytes);
  const symbols = new Map<string, CodeSymbol>(
    Object.keys(functions).map((name, index) => [
      name,
      { address: 0x1000 * (index + 1), size: code[index]!.length },
    ]),
  );
  return {
    machine,
    functions: (names) => new Map([...symbols].filter(([name]) => names.includes(name))),
    offsetOf: (address) => address - 0x800,
    code: (address, length) =>
      code[Math.floor(address / 0x1000) - 1]?.subarray(address % 0x1000, length) ?? new Uint8Array(),
  };
}

const PUSH = '55 48 89 e5 c3';
const placesOf = (functions: Readonly<Record<string, string>>) => planOf(elfOf(functions));

test('a function that begins with an emulated instruction is probed at it, and so is its return', () => {
  expect(placesOf({ SSL_read: PUSH, SSL_write: PUSH })).toEqual({
    places: [
      { function: 'SSL_read', offset: 0x800, returns: true },
      { function: 'SSL_write', offset: 0x1800, returns: true },
    ],
  });
});

test('instructions before it are passed over when they change neither arguments nor stack', () => {
  const plan = placesOf({ SSL_read: `f3 0f 1e fa ${PUSH}`, SSL_write: `31 c0 ${PUSH}` });
  expect(plan).toMatchObject({ places: [{ offset: 0x804 }, { offset: 0x1802 }] });
});

test.each([
  ['the connection is gone', '48 89 c7'],
  ['a part of the buffer is gone', '40 b6 01'],
  ['the length is gone', 'ba 01 00 00 00'],
  ['the stack has moved', '48 83 ec 18'],
  ['the function is over', 'c3'],
])('there is no place where %s', (_, before) => {
  const plan = placesOf({ SSL_read: `${before} ${PUSH}`, SSL_write: PUSH });
  expect(plan).toEqual({ unsuited: expect.stringContaining('SSL_read') });
});

/* sub $0x18,%rsp; test %edx,%edx; js; mov %rsp,%rcx; movslq %edx,%rdx; call; and sub $8,%rsp; call. */
const handsOver = (from: number, to: number) => {
  const call = (at: number) => {
    const relative = Buffer.alloc(4);
    relative.writeInt32LE(to - (at + 5));
    return `e8 ${relative.toString('hex')}`;
  };
  return {
    plain: `48 83 ec 18 85 d2 78 20 48 89 e1 48 63 d2 ${call(from + 14)} c3`,
    extended: `48 83 ec 08 ${call(from + 4)} c3`,
  };
};

test('functions that begin badly are probed where both hand their work to', () => {
  const plan = placesOf({
    SSL_read: handsOver(0x1000, 0x5000).plain,
    SSL_read_ex: handsOver(0x2000, 0x5000).extended,
    SSL_write: PUSH,
    SSL_write_ex: PUSH,
    inner: `41 ${PUSH}`,
  });
  expect(plan).toMatchObject({
    places: [
      { function: 'SSL_read_ex', offset: 0x4800, returns: true },
      { function: 'SSL_write' },
      { function: 'SSL_write_ex' },
    ],
  });
});

test('but not where they hand it to different ones, or with other arguments', () => {
  const others = { SSL_write: PUSH, SSL_write_ex: PUSH, inner: PUSH, other: PUSH };
  const apart = {
    SSL_read: handsOver(0x1000, 0x6000).plain,
    SSL_read_ex: handsOver(0x2000, 0x5000).extended,
    ...others,
  };
  const changed = {
    SSL_read: handsOver(0x1000, 0x5000).plain,
    SSL_read_ex: `31 f6 ${handsOver(0x2002, 0x5000).extended}`,
    ...others,
  };
  for (const functions of [apart, changed]) expect(placesOf(functions)).toHaveProperty('unsuited');
});

test('a file without OpenSSL has no plan, and another architecture no place', () => {
  expect(planOf(elfOf({ main: PUSH }))).toBeNull();
  expect(planOf(elfOf({ SSL_read: PUSH, SSL_write: PUSH }, 183))).toHaveProperty('unsuited');
});

test.each([
  ['push %rbp', '55', true],
  ['push %r15', '41 57', true],
  ['js', '78 10', true],
  ['jne, far', '0f 85 00 00 00 00', true],
  ['call', 'e8 00 00 00 00', true],
  ['jmp', 'eb 00', true],
  ['nop', '90', true],
  ['mov %r8,%r9', '4d 89 c1', false],
  ['pop %r15', '41 5f', false],
  ['endbr64', 'f3 0f 1e fa', false],
  ['sub $0x18,%rsp', '48 83 ec 18', false],
  ['call through a register', 'ff d0', false],
  ['ret', 'c3', false],
  ['nothing', '', false],
])('%s', (_, code, emulated) => {
  expect(isEmulated(bytes(code), 0)).toBe(emulated);
});
