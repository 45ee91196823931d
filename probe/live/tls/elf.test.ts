import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseElf, readElf } from './elf.ts';

/** A file of one executable segment at 0x1000 (file offset 0x200) with two symbols, one of them the end of a longer name. */
function tinyElf(): Buffer {
  const file = Buffer.alloc(0x400);
  file.write('\x7fELF', 0, 'latin1');
  file.set([2, 1], 4);
  file.writeUInt16LE(62, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeBigUInt64LE(0x100n, 40);
  file.writeUInt16LE(1, 56);
  file.writeUInt16LE(3, 60);
  segment(file, 64, { address: 0x1000, offset: 0x200, size: 0x100 });
  section(file, 0x140, { type: 11, offset: 0x300, size: 48, link: 2 });
  section(file, 0x180, { type: 3, offset: 0x340, size: 32, link: 0 });
  file.write('\0my_SSL_read\0SSL_write\0', 0x340, 'latin1');
  symbol(file, 0x300, { name: 4, address: 0x1010, size: 20 });
  symbol(file, 0x318, { name: 13, address: 0x1040, size: 0 });
  file.fill(0x90, 0x200, 0x300);
  return file;
}

function segment(
  file: Buffer,
  at: number,
  { address, offset, size }: Record<'address' | 'offset' | 'size', number>,
) {
  file.writeUInt32LE(1, at);
  file.writeUInt32LE(5, at + 4);
  file.writeBigUInt64LE(BigInt(offset), at + 8);
  file.writeBigUInt64LE(BigInt(address), at + 16);
  file.writeBigUInt64LE(BigInt(size), at + 32);
}

function section(
  file: Buffer,
  at: number,
  { type, offset, size, link }: Record<'type' | 'offset' | 'size' | 'link', number>,
) {
  file.writeUInt32LE(type, at + 4);
  file.writeBigUInt64LE(BigInt(offset), at + 24);
  file.writeBigUInt64LE(BigInt(size), at + 32);
  file.writeUInt32LE(link, at + 40);
}

function symbol(
  file: Buffer,
  at: number,
  { name, address, size }: Record<'name' | 'address' | 'size', number>,
) {
  file.writeUInt32LE(name, at);
  file[at + 4] = 0x12;
  file.writeBigUInt64LE(BigInt(address), at + 8);
  file.writeBigUInt64LE(BigInt(size), at + 16);
}

const parse = (file: Buffer) => parseElf((offset, length) => file.subarray(offset, offset + length));
const NAMES = ['SSL_read', 'SSL_write', 'SSL_free'];

test('functions are found by name, also where it is the end of another name', () => {
  const elf = parse(tinyElf())!;
  expect(elf.machine).toBe(62);
  expect(elf.functions(NAMES)).toEqual(
    new Map([
      ['SSL_read', { address: 0x1010, size: 20 }],
      ['SSL_write', { address: 0x1040, size: 0 }],
    ]),
  );
});

test('addresses are places in the file, in code only', () => {
  const elf = parse(tinyElf())!;
  expect(elf.offsetOf(0x1010)).toBe(0x210);
  expect(elf.offsetOf(0x10ff)).toBe(0x2ff);
  expect(elf.offsetOf(0x1100)).toBeNull();
  expect(elf.code(0x10f0, 64)).toHaveLength(16);
  expect(elf.code(0xfff, 64)).toHaveLength(0);
});

test('what is no program is none', () => {
  expect(parse(Buffer.from('#!/bin/sh\n'))).toBeNull();
  expect(readElf('/nowhere')).toBeNull();
});

test('a file that is cut or changed anywhere is read without a throw', () => {
  const whole = tinyElf();
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 });
  fc.assert(
    fc.property(fc.nat(whole.length), changes, (length, edits) => {
      const file = Buffer.from(whole.subarray(0, length));
      for (const [at, byte] of edits) if (at < length) file[at] = byte;
      const elf = parse(file);
      for (const { address } of elf?.functions(NAMES).values() ?? []) {
        const offset = elf!.offsetOf(address);
        expect(offset === null || Number.isInteger(offset)).toBe(true);
        expect(elf!.code(address, 64).length).toBeLessThanOrEqual(64);
      }
    }),
    { numRuns: 2000 },
  );
});
