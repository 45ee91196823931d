import { describe, expect, test } from 'vitest';
import { script } from '../testing/script.ts';
import { POSTGRES, sqlstate } from './index.ts';
import { statusOf } from './sqlstate.ts';

const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const message = (type: string, body = '') => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(4 + Buffer.byteLength(body), 1);
  return joined(head, Buffer.from(body));
};
const opening = (code: number, body = '') => {
  const bytes = Buffer.alloc(8 + body.length);
  bytes.writeUInt32BE(bytes.length);
  bytes.writeUInt32BE(code, 4);
  bytes.write(body, 8);
  return new Uint8Array(bytes);
};
const STARTUP = opening(3 << 16, 'user\0shop\0\0');
const READY = message('Z', 'I');
const error = (code: string) => message('E', `SERROR\0C${code}\0Msecret\0\0`);
const parse = (name: string, text: string) => message('P', `${name}\0${text}\0\0\0`);
const bind = (statement: string, parameters = '') => message('B', `\0${statement}\0\0\0${parameters}`);
const execute = message('E', '\0\0\0\0\0');
const describePortal = message('D', 'P\0');
const sync = message('S');
const complete = (tag: string) => message('C', `${tag}\0`);
const [parsed, bound, noData] = [message('1'), message('2'), message('n')];

const open = () =>
  script(POSTGRES)
    .request(1, STARTUP)
    .response(2, joined(message('R', '\0\0\0\0'), READY));

test('a status tells its SQLSTATE', () => {
  expect([statusOf('23505'), statusOf('40001')]).toEqual([3505685, 6718465]);
  for (const code of ['23505', '40001', '57P01', '00000', 'XX000', '0A000'])
    expect(sqlstate(statusOf(code))).toBe(code);
});

describe('a pipeline', () => {
  const asked = (...texts: readonly string[]) =>
    texts.map((text) => joined(parse('', text), bind(''), describePortal, execute));

  test('each Execute has its own send and its own answer', () => {
    const [first, second] = asked('SELECT a FROM b', 'DELETE FROM c');
    const { told, parser } = open()
      .request(10, first!)
      .request(20, joined(second!, sync))
      .response(30, joined(parsed, bound, noData, complete('SELECT 0')))
      .response(40, joined(parsed, bound, noData, complete('DELETE 0'), READY));
    expect(told).toEqual(['SELECT b 0 10-30', 'DELETE c 0 20-40']);
    expect(parser.doubts).toBe(0);
  });

  test('an error aborts what follows up to the Sync', () => {
    const texts = asked('SELECT a FROM b', 'DELETE FROM c', 'SELECT a FROM d');
    const { told, parser } = open()
      .request(10, joined(...texts, sync))
      .response(30, joined(parsed, bound, noData, complete('SELECT 0'), error('42P01'), READY))
      .request(40, message('Q', 'SELECT 1\0'))
      .response(50, joined(complete('SELECT 1'), READY));
    const status = statusOf('42P01');
    expect(told).toEqual([
      'SELECT b 0 10-30',
      `DELETE c ${status} failed 10-30`,
      `SELECT d ${status} failed untimed 10-30`,
      'SELECT 0 40-50',
    ]);
    expect(parser.doubts).toBe(0);
  });

  test('an error of the commit at Sync is that of the last statement', () => {
    const [one] = asked('INSERT INTO a VALUES (1)');
    const answer = joined(parsed, bound, noData, complete('INSERT 0 1'), error('23503'), READY);
    expect(open().request(10, joined(one!, sync)).response(20, answer).told).toEqual([
      `INSERT a ${statusOf('23503')} failed 10-20`,
    ]);
  });
});

test('preparing alone is a request', () => {
  const { told } = open()
    .request(10, joined(parse('s', 'SELECT a FROM b'), message('D', 'Ss\0'), sync))
    .response(20, joined(parsed, message('t', '\0\0'), noData, READY))
    .request(30, joined(bind('s'), execute, sync))
    .response(40, joined(bound, complete('SELECT 1'), READY));
  expect(told).toEqual(['PREPARE SELECT b 0 10-20', 'SELECT b 0 30-40']);
});

describe('what was not captured', () => {
  test('a large parameter hides one Execute and its Sync', () => {
    const asked = joined(
      parse('', 'UPDATE a SET b = $1'),
      bind('', 'x'.repeat(9000)),
      describePortal,
      execute,
      sync,
    );
    const story = open()
      .request(10, asked, 2048)
      .response(20, joined(parsed, bound, noData, complete('UPDATE 1'), READY))
      .request(30, message('Q', 'SELECT a FROM b\0'))
      .response(40, joined(complete('SELECT 1'), READY));
    expect(story.told).toEqual(['UPDATE a 0 10-20', 'SELECT b 0 30-40']);
    expect(story.parser.doubts).toBe(0);
  });

  test('an answer that is larger ends with the next request', () => {
    const rows = Array.from({ length: 200 }, () => message('D', '\0\x01\0\0\0\x05secret'));
    const story = open()
      .request(10, message('Q', 'SELECT a FROM b\0'))
      .response(20, joined(message('T', '\0\0'), ...rows, complete('SELECT 200'), READY), 1000)
      .request(30, message('Q', 'SELECT a FROM c\0'))
      .response(40, joined(error('57014'), READY));
    expect(story.told).toEqual(['SELECT b 0 10-20', `SELECT c ${statusOf('57014')} failed 30-40`]);
    expect(story.parser.doubts).toBe(0);
  });

  test('a lost answer is a doubt', () => {
    const story = open()
      .request(10, message('Q', 'SELECT a FROM b\0'))
      .miss('response', 100)
      .request(30, message('Q', 'SELECT a FROM c\0'))
      .response(40, joined(complete('SELECT 1'), READY))
      .request(50, message('Q', 'SELECT a FROM d\0'))
      .response(60, joined(complete('SELECT 1'), READY));
    expect(story.parser.doubts).toBeGreaterThan(0);
    expect(story.told.at(-1)).toBe('SELECT d 0 50-60');
  });
});

test('a late join knows a statement by its tag', () => {
  const story = script(POSTGRES, 'server', true)
    .response(5, joined(complete('SELECT 1'), READY))
    .request(10, joined(bind('unseen'), execute, sync))
    .response(20, joined(bound, complete('INSERT 0 1'), READY));
  expect(story.told).toEqual(['INSERT 0 10-20']);
  expect(story.parser.doubts).toBe(0);
});

test('notices and notifications answer nothing', () => {
  const { told } = open()
    .response(5, message('A', '\0\0\0\x01news\0secret\0'))
    .request(10, message('Q', 'DROP TABLE IF EXISTS a\0'))
    .response(20, message('N', 'SNOTICE\0\0'))
    .response(30, joined(complete('DROP TABLE'), READY));
  expect(told).toEqual(['DROP TABLE a 0 10-30']);
});

test('encryption, cancelling and the end', () => {
  expect(
    script(POSTGRES).request(1, opening(80877103)).response(2, Buffer.from('S')).request(3, STARTUP).end()
      .told,
  ).toEqual([]);
  expect(script(POSTGRES).request(1, opening(80877102, '12345678')).end().told).toEqual([]);
  expect(open().request(10, message('Q', 'SELECT 1\0')).end().told).toEqual(['SELECT 0 failed 10-0']);
  expect(open().request(10, message('X')).end().told).toEqual([]);
});
