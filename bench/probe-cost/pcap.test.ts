import { expect, test } from 'vitest';
import { countOpenings } from './pcap.ts';

const SYN = 0x02;
const ACK = 0x10;

function packet(port: number, flags: number): number[] {
  const bytes = new Uint8Array(14 + 20 + 20);
  const view = new DataView(bytes.buffer);
  view.setUint8(14, 0x45);
  view.setUint16(14 + 20 + 2, port);
  view.setUint8(14 + 20 + 13, flags);
  const header = new Uint8Array(Uint32Array.of(1, 2, bytes.length, bytes.length).buffer);
  return [...header, ...bytes];
}

const file = (...packets: readonly number[][]) => Uint8Array.from([...Array(24).fill(0), ...packets.flat()]);

test('first packets to the port are counted, answers and other ports are not', () => {
  const packets = [packet(80, SYN), packet(80, SYN | ACK), packet(81, SYN), packet(80, ACK), packet(80, SYN)];
  expect(countOpenings(file(...packets), 80)).toBe(2);
});

test('a file that breaks off anywhere is read up to there', () => {
  const whole = file(packet(80, SYN), packet(80, SYN));
  for (let length = 0; length < whole.length; length++) {
    expect(countOpenings(whole.subarray(0, length), 80)).toBe(length < 24 + 70 ? 0 : 1);
  }
});
