import type { Address } from '../flow.ts';

/** Addresses whose text is remembered, a power of two: a machine talks to few at a time, and each makes many flows. */
const REMEMBERED = 4096;
/* Each address has one place, which it shares with others: what was there last stays. */
const words = new Uint32Array(4 * REMEMBERED);
const texts = new Array<string>(REMEMBERED).fill('::');

/** Text of the 16 bytes at `offset`: dotted when they are a v4-mapped address, else in RFC 5952 form. */
export function addressText(view: DataView, offset: number): string {
  const a = view.getUint32(offset);
  const b = view.getUint32(offset + 4);
  const c = view.getUint32(offset + 8);
  const d = view.getUint32(offset + 12);
  const place = (Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 961) ^ d, 0x9e37_79b1) >>> 16) % REMEMBERED;
  const at = 4 * place;
  if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) {
    return texts[place]!;
  }
  words[at] = a;
  words[at + 1] = b;
  words[at + 2] = c;
  words[at + 3] = d;
  texts[place] = writeAddress(view, offset);
  return texts[place];
}

function writeAddress(view: DataView, offset: number): string {
  if (isMapped(view, offset)) {
    return `${view.getUint8(offset + 12)}.${view.getUint8(offset + 13)}.${view.getUint8(offset + 14)}.${view.getUint8(offset + 15)}`;
  }
  const groups = Array.from({ length: 8 }, (_, group) => view.getUint16(offset + 2 * group));
  const [from, length] = longestZeroRun(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}

export function readAddress(view: DataView, offset: number, port: number): Address {
  return { ip: addressText(view, offset), port };
}

/** The 16 bytes of an address as `addressText` writes it, IPv4 as `::ffff:a.b.c.d`. */
export function addressBytes(ip: string): Uint8Array {
  const bytes = new Uint8Array(16);
  if (!ip.includes(':')) {
    bytes.set([255, 255, ...ip.split('.').map(Number)], 10);
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  const [head = '', tail] = ip.split('::');
  const put = (groups: string, first: (count: number) => number) => {
    const numbers = groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
    for (const [i, number] of numbers.entries()) view.setUint16(2 * (first(numbers.length) + i), number);
  };
  put(head, () => 0);
  if (tail !== undefined) put(tail, (count) => 8 - count);
  return bytes;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.ip === b.ip;
}

function isMapped(view: DataView, offset: number): boolean {
  return (
    view.getUint32(offset + 8) === 0x0000ffff &&
    view.getUint32(offset + 4) === 0 &&
    view.getUint32(offset) === 0
  );
}

/** The first of the longest runs, as RFC 5952 asks. */
function longestZeroRun(groups: readonly number[]): readonly [from: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  let length = 0;
  for (let i = 0; i < groups.length; i++) {
    length = groups[i] === 0 ? length + 1 : 0;
    if (length > best[1]) best = [i - length + 1, length];
  }
  return best;
}
