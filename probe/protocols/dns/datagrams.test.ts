import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { needs } from '../../../.ci/needs.ts';
import { dnsServer } from '../testing/record/dns.ts';
import { isFailure, operationOf, readMessage } from './index.ts';
import { query } from './testing.ts';

/** What a real server answers in a datagram. */
test('answers of dnsmasq', async (context) => {
  needs(context, 'dnsmasq');
  const server = await dnsServer();
  const socket = createSocket('udp4');
  const ask = async (name: string, type: number) => {
    socket.send(query(4711, name, type), server.port, '127.0.0.1');
    const [bytes] = (await once(socket, 'message')) as [Buffer];
    return readMessage(bytes)!;
  };
  try {
    const found = await ask('CART.shop.example', 1);
    expect(found).toMatchObject({ id: 4711, response: true, rcode: 0, truncated: false });
    expect(operationOf(found)).toBe('A cart.shop.example');
    expect(await ask('nothing.shop.example', 1)).toMatchObject({ rcode: 3 });
    const refused = await ask('elsewhere.example', 28);
    expect([refused.rcode, isFailure(refused.rcode)]).toEqual([5, true]);
    expect(await ask('long.shop.example', 16)).toMatchObject({ truncated: true });
  } finally {
    socket.close();
    await server.stop();
  }
});
