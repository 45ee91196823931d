import { expect, test } from 'vitest';
import { ownAddresses4, ownAddresses6 } from './datagrams-addresses.ts';
import { createLocalAddresses } from './datagrams-local.ts';

const TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 10.201.1.0
        /24 link UNICAST
Local:
  +-- 0.0.0.0/0 2 0 2
     |-- 10.201.1.2
        /32 host LOCAL
     |-- 10.201.1.255
        /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 172.16.0.9
        /32 host LOCAL
`;
const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101C90A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0001C90A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
const INET6 = `00000000000000000000000000000001 01 80 10 80       lo
fd000201000100000000000000000002 02 40 00 80     eth0
fe800000000000007052b8fffe7f2a7a 02 40 20 80     eth0
`;

test('addresses with their subnets, from the tables of the kernel', () => {
  expect(ownAddresses4(TRIE, ROUTES)).toEqual([
    { ip: '10.201.1.2', subnet: '10.201.1.0/24', internal: false },
    { ip: '127.0.0.1', subnet: null, internal: true },
    { ip: '172.16.0.9', subnet: null, internal: false },
  ]);
  expect(ownAddresses6(INET6)).toEqual([
    { ip: '::1', subnet: '::1/128', internal: true },
    { ip: 'fd00:201:1::2', subnet: 'fd00:201:1::2/64', internal: false },
    { ip: 'fe80::7052:b8ff:fe7f:2a7a', subnet: 'fe80::7052:b8ff:fe7f:2a7a/64', internal: false },
  ]);
  expect(ownAddresses4('', '')).toEqual([]);
  expect(ownAddresses6('nonsense')).toEqual([]);
});

test.each([
  ['the other end of the loopback device', '127.0.0.53', '127.0.0.1'],
  ['the same over IPv6', '::1', '::1'],
  ['itself', '172.16.0.9', '172.16.0.9'],
  ['a neighbour', '10.201.1.77', '10.201.1.2'],
  ['far away, from one of two addresses', '192.0.2.1', null],
  ['far away over IPv6', '2001:db8::1', 'fd00:201:1::2'],
  ['a neighbour by its link', 'fe80::1', 'fe80::7052:b8ff:fe7f:2a7a'],
])('the address that faces %s', (_, remote, own) => {
  const addresses = createLocalAddresses(() => [...ownAddresses4(TRIE, ROUTES), ...ownAddresses6(INET6)]);
  expect(addresses.facing(1, '/run/netns/a', remote, 0)).toBe(own);
});

test('addresses are looked up again after a while, and of few namespaces at a time', () => {
  let reads = 0;
  const addresses = createLocalAddresses(() => {
    reads++;
    return [];
  });
  for (const now of [0, 1_000_000, 9_000_000]) addresses.facing(1, '/run/netns/a', '192.0.2.1', now);
  expect(reads).toBe(1);
  addresses.facing(1, '/run/netns/a', '192.0.2.1', 11_000_000);
  addresses.facing(2, '/run/netns/b', '192.0.2.1', 11_000_000);
  expect(reads).toBe(3);
});
