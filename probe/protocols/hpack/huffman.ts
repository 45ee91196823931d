/** Bits of the code of each byte and, last, of the end of the string (RFC 7541, appendix B); the codes follow from them. */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const END = 256;
const LONGEST = 30;

/** Symbols by length of their code, then by value: the code is canonical. */
const SYMBOLS = LENGTHS.map((_, symbol) => symbol).sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
/** Of each length: how many codes there are, and the first of them. */
const COUNTS = Array.from(
  { length: LONGEST + 1 },
  (_, bits) => LENGTHS.filter((length) => length === bits).length,
);

/**
 * Decodes `bytes` from `from` to `to`.
 *
 * @returns the text, one character a byte; `null` when it is not a proper code, or is not padded with ones
 */
export function huffman(bytes: Uint8Array, from: number, to: number): string | null {
  let out = '';
  let code = 0;
  let first = 0;
  let index = 0;
  let bits = 0;
  let ones = true;
  for (let at = from * 8; at < to * 8; at++) {
    const bit = (bytes[at >> 3]! >> (7 - (at & 7))) & 1;
    ones &&= bit === 1;
    code += bit;
    const count = COUNTS[++bits] ?? 0;
    if (code - first < count) {
      const symbol = SYMBOLS[index + code - first]!;
      if (symbol === END) return null;
      out += String.fromCharCode(symbol);
      code = first = index = bits = 0;
      ones = true;
      continue;
    }
    if (bits === LONGEST) return null;
    index += count;
    first = (first + count) * 2;
    code *= 2;
  }
  return bits < 8 && ones ? out : null;
}
