import { expect, test } from 'vitest';
import { script } from '../testing/script.ts';
import { REDIS } from './index.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const command = (...words: readonly string[]) =>
  bytes(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);

test('each of a pipeline has its own send and its own answer', () => {
  const { told } = script(REDIS)
    .request(1, command('SET', 'secret', 'x'))
    .request(2, command('get', 'secret'))
    .request(3, command('CONFIG', 'get', 'secret'))
    .response(10, bytes('+OK\r\n$1\r'))
    .response(11, bytes('\nx\r\n*2\r\n$1\r\na\r\n$-1\r\n'));
  expect(told).toEqual(['SET 0 1-10', 'GET 0 2-10', 'CONFIG GET 0 3-11']);
});

test('errors, and answers that only look like one', () => {
  const { told } = script(REDIS)
    .request(1, command('GET', 'a'))
    .response(2, bytes('-MOVED 3999 127.0.0.1:6381\r\n'))
    .request(3, command('GET', 'a'))
    .response(4, bytes('!21\r\nOOM secret is too big\r\n'))
    .request(5, command('secret-key', 'a'))
    .response(6, bytes('-ERR unknown\r\n'))
    .request(7, command('EVAL', 'x', '0'))
    .response(8, bytes('*1\r\n-ERR inside\r\n'));
  expect(told).toEqual(['GET 3 1-2', 'GET 8 failed 3-4', 'other 1 failed 5-6', 'EVAL 0 7-8']);
});

test('attributes come before an answer, pushes between answers', () => {
  const { told, parser } = script(REDIS)
    .request(1, command('GET', 'a'))
    .response(2, bytes('>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nb\r\n'))
    .response(3, bytes('|1\r\n+ttl\r\n:5\r\n$1\r\nx\r\n'))
    .request(4, command('PING'))
    .response(5, bytes('+PONG\r\n'));
  expect(told).toEqual(['GET 0 1-3', 'PING 0 4-5']);
  expect(parser.doubts).toBe(0);
});

test('a line that never ends takes no memory', () => {
  const story = script(REDIS)
    .request(1, command('ECHO', 'a'))
    .response(2, bytes(`+${'x'.repeat(5000)}`));
  story.response(3, bytes('x'.repeat(5000))).response(4, bytes('\r\n'));
  expect(story.request(5, command('PING')).response(6, bytes('+PONG\r\n')).told).toEqual([
    'ECHO 0 1-2',
    'PING 0 5-6',
  ]);
});

test('unanswered: a failure, unless it waits by design', () => {
  const story = script(REDIS)
    .request(1, command('BLPOP', 'a', '0'))
    .request(2, command('GET', 'a'))
    .end();
  expect(story.told).toEqual(['BLPOP 0 untimed 1-0', 'GET 0 failed 2-0']);
});

test('a late join passes over the answer of a command it did not see', () => {
  const story = script(REDIS, 'server', true)
    .response(1, bytes('$1\r\nx\r\n'))
    .request(2, command('GET', 'a'))
    .response(3, bytes('$1\r\nx\r\n'));
  expect(story.told).toEqual(['GET 0 2-3']);
  expect(story.parser.doubts).toBe(0);
});

test('a client that wants no answers is not followed', () => {
  const story = script(REDIS)
    .request(1, command('CLIENT', 'REPLY', 'OFF'))
    .request(2, command('GET', 'a'))
    .end();
  expect(story.told).toEqual([]);
  expect(story.parser.doubts).toBe(1);
});
