import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HpackDecoder } from './decoder.ts';
import { huffman } from './huffman.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const values = (decoder: HpackDecoder, hex: string, cut = false) => {
  const fields = decoder.decode(bytes(hex), cut);
  return fields === null ? null : { ...Object.fromEntries(fields.values), partial: fields.partial };
};

test('Huffman code of the examples of RFC 7541', () => {
  const decoded = (hex: string) => huffman(bytes(hex), 0, hex.length / 2);
  expect(decoded('f1e3c2e5f23a6ba0ab90f4ff')).toBe('www.example.com');
  expect(decoded('a8eb10649cbf')).toBe('no-cache');
  expect(decoded('d07abe941054d444a8200595040b8166e082a62d1bff')).toBe('Mon, 21 Oct 2013 20:13:21 GMT');
  expect(
    decoded('94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007'),
  ).toBe('foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1');
});

test('a string that is padded with anything but ones, or ends in the code of the end, is refused', () => {
  expect(huffman(bytes('a8eb10649cb0'), 0, 6)).toBeNull();
  expect(huffman(bytes('a8eb10649cbfff'), 0, 7)).toBeNull();
  expect(huffman(bytes('ffffffff'), 0, 4)).toBeNull();
});

describe('the requests of RFC 7541, C.4, on one connection', () => {
  const FIRST = '828684418cf1e3c2e5f23a6ba0ab90f4ff';
  const SECOND = '828684be5886a8eb10649cbf';
  const THIRD = '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf';

  test('are read from the beginning', () => {
    const decoder = new HpackDecoder(false);
    expect(values(decoder, FIRST)).toEqual({ ':method': 'GET', ':path': '/', partial: false });
    expect(values(decoder, SECOND)).toEqual({ ':method': 'GET', ':path': '/', partial: false });
    expect(values(decoder, THIRD)).toEqual({ ':method': 'GET', ':path': '/index.html', partial: false });
  });

  test('are read late with gaps where the table is not known', () => {
    const decoder = new HpackDecoder(true);
    expect(values(decoder, SECOND)).toEqual({ ':method': 'GET', ':path': '/', partial: true });
  });
});

test('the answers of RFC 7541, C.6, evict entries from a table of 256 bytes', () => {
  const decoder = new HpackDecoder(false);
  expect(
    values(
      decoder,
      '3fe101 4882 6402 5885aec3771a4b 6196d07abe941054d444a8200595040b8166e082a62d1bff 6e919d29ad171863c78f0b97c8e9ae82ae43d3',
    ),
  ).toEqual({ ':status': '302', partial: false });
  expect(values(decoder, '4883640eff c1c0bf')).toEqual({ ':status': '307', partial: false });
  expect(
    values(
      decoder,
      '88c1 6196d07abe941054d444a8200595040b8166e084a62d1bff c0 5a839bd9ab 77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    ),
  ).toEqual({ ':status': '200', partial: false });
});

test('what is inserted after a late start is found at its index, what lies below stays unknown', () => {
  const decoder = new HpackDecoder(true);
  // :path /a and content-type text/plain enter the table
  values(decoder, '44022f61 5f0a746578742f706c61696e');
  expect(values(decoder, 'be')).toEqual({ 'content-type': 'text/plain', partial: false });
  expect(values(decoder, 'bf')).toEqual({ ':path': '/a', partial: false });
  expect(values(decoder, 'c0')).toEqual({ partial: true });
  // a name below the known entries with a value of its own: it must not be taken for any other
  expect(values(decoder, '7f01 022f62')).toEqual({ partial: true });
  expect(values(decoder, 'c0')).toEqual({ ':path': '/a', partial: false });
});

test('a block that is cut says what it can and leaves nothing in the table', () => {
  const decoder = new HpackDecoder(false);
  expect(values(decoder, '83 44022f61 5f0a74657874', true)).toEqual({
    ':method': 'POST',
    ':path': '/a',
    partial: true,
  });
  expect(values(decoder, 'be')).toEqual({ partial: true });
});

test('nonsense is refused: an index without an entry, an endless integer, a string longer than the block', () => {
  expect(values(new HpackDecoder(false), 'be')).toBeNull();
  expect(values(new HpackDecoder(false), '80')).toBeNull();
  expect(values(new HpackDecoder(false), 'ffffffffffffffffff')).toBeNull();
  expect(values(new HpackDecoder(false), '440a2f')).toBeNull();
});

test('any bytes are endured', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 200 })),
      fc.boolean(),
      fc.boolean(),
      (blocks, late, cut) => {
        const decoder = new HpackDecoder(late);
        for (const block of blocks) decoder.decode(block, cut);
      },
    ),
    { numRuns: 2000 },
  );
});
