import { describe, expect, test } from 'vitest';
import { script } from '../testing/script.ts';
import { MYSQL } from './index.ts';

const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const packet = (sequence: number, ...payload: readonly (number | string)[]) => {
  const body = Buffer.concat(
    payload.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
  );
  return joined(
    Uint8Array.from([body.length & 255, (body.length >> 8) & 255, body.length >> 16, sequence & 255]),
    body,
  );
};
const GREETING = packet(0, 10, `8.0.35\0${'x'.repeat(60)}`);
const login = (flags: readonly number[]) =>
  packet(1, ...flags, 0, 0, 0, 1, 45, ...Array(23).fill(0), 'shop\0');
const PLAIN = [0, 2, 0, 0];
const OK = (sequence: number, status = 2) => packet(sequence, 0, 0, 0, status, 0, 0, 0);
/** An OK in the place of an EOF. */
const END = (sequence: number, status = 2) => packet(sequence, 0xfe, 0, 0, status, 0, 0, 0);
const EOF = (sequence: number, status = 2) => packet(sequence, 0xfe, 0, 0, status, 0);
const ERR = (sequence: number, code: number) => packet(sequence, 0xff, code & 255, code >> 8, '#42S02secret');
const query = (text: string) => packet(0, 3, text);
const column = (sequence: number) => packet(sequence, 3, 'def', 'secret');

const open = () => script(MYSQL).response(1, GREETING).request(2, login(PLAIN)).response(3, OK(2));

describe('results', () => {
  test('with EOF packets and without', () => {
    const { told, parser } = open()
      .request(10, query('SELECT * FROM a'))
      .response(20, joined(packet(1, 1), column(2), EOF(3), packet(4, 1, 'x'), EOF(5)))
      .request(30, query('SELECT * FROM b'))
      .response(40, joined(packet(1, 1), column(2), packet(3, 1, 'x'), END(4)))
      .request(50, query('SELECT * FROM c'))
      .response(60, joined(packet(1, 1), column(2), END(3)));
    expect(told).toEqual(['SELECT a 0 10-20', 'SELECT b 0 30-40', 'SELECT c 0 50-60']);
    expect(parser.doubts).toBe(0);
  });

  test('an error behind rows, and behind another result', () => {
    const { told } = open()
      .request(10, query('SELECT * FROM a'))
      .response(20, joined(packet(1, 1), column(2), packet(3, 1, 'x'), ERR(4, 1317)))
      .request(30, query('SELECT 1; SELECT * FROM b'))
      .response(40, joined(packet(1, 1), column(2), EOF(3), EOF(4, 8), ERR(5, 1146)));
    expect(told).toEqual(['SELECT a 1317 failed 10-20', 'SELECT; SELECT b 1146 failed 30-40']);
  });

  test('commands in a row are answered in their order', () => {
    const prepared = joined(
      packet(1, 0, 7, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0),
      column(2),
      EOF(3),
      column(4),
      EOF(5),
    );
    const { told } = open()
      .request(10, packet(0, 0x16, 'SELECT * FROM a WHERE b = ?'))
      .request(11, packet(0, 0x17, 255, 255, 255, 255, 0, 1, 0, 0, 0))
      .request(12, packet(0, 0x19, 7, 0, 0, 0))
      .response(20, prepared)
      .response(30, joined(packet(1, 1), column(2), EOF(3), EOF(4)))
      .request(40, packet(0, 0x0e))
      .response(50, OK(1));
    expect(told).toEqual(['PREPARE SELECT a 0 10-20', 'SELECT a 0 11-30', 'PING 0 40-50']);
  });

  test('rows beyond what is captured', () => {
    const rows = Array.from({ length: 300 }, (_, n) => packet(n + 3, 6, 'secret'));
    const story = open()
      .request(10, query('SELECT * FROM a'))
      .response(20, joined(packet(1, 1), column(2), ...rows, END(303)), 700)
      .request(30, query('SELECT * FROM b'))
      .response(40, ERR(1, 1146));
    expect(story.told).toEqual(['SELECT a 0 10-20', 'SELECT b 1146 failed 30-40']);
    expect(story.parser.doubts).toBe(0);
  });

  test('progress is no error', () => {
    const { told } = open()
      .request(10, query('ALTER TABLE a ENGINE=InnoDB'))
      .response(20, packet(1, 0xff, 0xff, 0xff, 1, 1, 2, 0, 0, 0))
      .response(30, OK(2));
    expect(told).toEqual(['ALTER TABLE a 0 10-20']);
  });
});

describe('connecting', () => {
  test('too many connections', () => {
    const told = script(MYSQL).response(5, ERR(0, 1040)).end().told;
    expect(told).toEqual(['CONNECT 1040 failed untimed 5-5']);
  });

  test('refused', () => {
    const told = script(MYSQL).response(1, GREETING).request(2, login(PLAIN)).response(9, ERR(2, 1045)).told;
    expect(told).toEqual(['CONNECT 1045 failed 2-9']);
  });

  test('TLS: nothing more is read; its clear text begins with the login', () => {
    const request = packet(1, 0, 0x0a, 0, 0, 0, 0, 0, 1, 45, ...Array(23).fill(0));
    const hidden = script(MYSQL).response(1, GREETING).request(2, request).request(3, query('SELECT 1'));
    expect([hidden.end().told, hidden.parser.doubts]).toEqual([[], 0]);
    const clear = script(MYSQL)
      .request(2, login([0, 0x0a, 0, 0]))
      .response(3, OK(3));
    expect(clear.request(10, query('SELECT 1')).response(20, ERR(1, 1064)).told).toEqual([
      'SELECT 1064 failed 10-20',
    ]);
  });

  test('a login in the clear text of TLS whose head was read by itself', () => {
    const whole = login([0, 0x0a, 0, 0]);
    const chunk = (from: number, to: number) => ({
      direction: 'request' as const,
      at: 1,
      arrived: 0,
      offset: from,
      length: to - from,
      bytes: Uint8Array.from(whole).subarray(from, to),
    });
    const head = chunk(0, 4);
    expect(MYSQL.recognise([head], 3306, false)).toBe('later');
    expect(MYSQL.recognise([head, chunk(4, whole.length)], 3306, false)).toBe('yes');
    expect(MYSQL.recognise([{ ...head, bytes: Uint8Array.of(1, 2, 3, 4) }], 3306, false)).toBe('no');
  });

  test('compression is a doubt', () => {
    const story = script(MYSQL)
      .response(1, GREETING)
      .request(2, login([0x20, 2, 0, 0]))
      .response(3, OK(2));
    story.request(10, query('SELECT 1')).response(20, OK(1));
    expect([story.end().told, story.parser.doubts]).toEqual([[], 1]);
  });
});

test('a late join does not know statements, but everything else', () => {
  const story = script(MYSQL, 'client', true)
    .response(5, packet(9, 6, 'secret'))
    .request(10, packet(0, 0x17, 7, 0, 0, 0, 0, 1, 0, 0, 0))
    .response(20, joined(packet(1, 1), column(2), EOF(3), EOF(4)))
    .request(30, query('DELETE FROM a'))
    .response(40, OK(1));
  expect(story.told).toEqual([' 0 10-20', 'DELETE a 0 30-40']);
  expect(story.parser.doubts).toBe(0);
});
