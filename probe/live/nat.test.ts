import { expect, test } from 'vitest';
import type { Address } from '../flow.ts';
import { createNatView, type Translation } from './nat.ts';

const at = (text: string): Address => {
  const [ip, port] = text.split(':');
  return { ip: ip!, port: Number(port) };
};
const translation = (
  source: string,
  destination: string,
  replySource: string,
  replyDestination: string,
): Translation => ({
  original: { source: at(source), destination: at(destination) },
  reply: { source: at(replySource), destination: at(replyDestination) },
});

const POD = '10.1.0.2:40000';
const SERVICE = '10.96.0.1:80';
const BACKEND = '10.2.0.7:8080';
const NODE = '192.168.0.1:12345';

test('a client finds the server, a server behind masquerade the client', () => {
  const nat = createNatView();
  nat.add('n1', 0, translation(POD, SERVICE, BACKEND, NODE));
  expect(nat.peer('client', at(POD), at(SERVICE))).toEqual(at(BACKEND));
  expect(nat.peer('server', at(BACKEND), at(NODE))).toEqual(at(POD));
});

test('through the tables of two nodes', () => {
  const nat = createNatView();
  nat.add('n1', 0, translation(POD, SERVICE, BACKEND, POD));
  nat.add('n2', 0, translation(POD, BACKEND, '10.2.0.9:9090', NODE));
  expect(nat.peer('client', at(POD), at(SERVICE))).toEqual(at('10.2.0.9:9090'));
  expect(nat.peer('server', at('10.2.0.9:9090'), at(NODE))).toEqual(at(POD));
});

test('what is not translated takes no place and has no peer', () => {
  const nat = createNatView();
  nat.add('n1', 0, translation(POD, BACKEND, BACKEND, POD));
  expect(nat.size).toBe(0);
  expect(nat.peer('client', at(POD), at(BACKEND))).toBeNull();
});

test('a translation to itself does not loop', () => {
  const nat = createNatView();
  nat.add('n1', 0, translation(POD, SERVICE, BACKEND, POD));
  nat.add('n2', 0, translation(POD, BACKEND, SERVICE, POD));
  expect(nat.peer('client', at(POD), at(SERVICE))).not.toBeNull();
});

test('an ended translation is kept for half a minute, a port used again at once stays', () => {
  const nat = createNatView();
  const first = translation(POD, SERVICE, BACKEND, NODE);
  nat.add('n1', 0, first);
  nat.end(first, 0);
  nat.expire(29_000_000);
  expect(nat.peer('client', at(POD), at(SERVICE))).toEqual(at(BACKEND));
  nat.add('n1', 0, translation(POD, SERVICE, '10.2.0.8:8080', NODE));
  nat.expire(31_000_000);
  expect(nat.peer('client', at(POD), at(SERVICE))).toEqual(at('10.2.0.8:8080'));
  expect(nat.peer('server', at(BACKEND), at(NODE))).toBeNull();
});

test('what a new dump of its table does not show has ended', () => {
  const nat = createNatView();
  nat.add('n1', 0, translation(POD, SERVICE, BACKEND, NODE));
  nat.add('n2', 0, translation('10.1.0.3:1', SERVICE, BACKEND, NODE));
  nat.add('n1', 1, translation('10.1.0.4:1', SERVICE, BACKEND, '192.168.0.1:2'));
  nat.sweepTable('n1', 1, 0);
  nat.expire(31_000_000);
  expect(nat.peer('client', at(POD), at(SERVICE))).toBeNull();
  expect(nat.peer('client', at('10.1.0.4:1'), at(SERVICE))).toEqual(at(BACKEND));
  expect(nat.peer('client', at('10.1.0.3:1'), at(SERVICE))).toEqual(at(BACKEND));
});

test('never more than its limit', () => {
  const nat = createNatView(100);
  for (let port = 1; port <= 1000; port++)
    nat.add('n1', 0, translation(`10.1.0.2:${port}`, SERVICE, BACKEND, `192.168.0.1:${port}`));
  expect(nat.size).toBe(100);
  expect(nat.peer('client', at('10.1.0.2:1000'), at(SERVICE))).toEqual(at(BACKEND));
  expect(nat.peer('server', at(BACKEND), at('192.168.0.1:900'))).toBeNull();
});
