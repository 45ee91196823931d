import { addressText } from './address.ts';

/** An address of a network namespace. */
export interface OwnAddress {
  readonly ip: string;
  /** The subnet it is in, `10.0.0.0/24`; `null` when it stands alone. */
  readonly subnet: string | null;
  /** A loopback device's. */
  readonly internal: boolean;
}

/**
 * IPv4 addresses from `/proc/net/fib_trie`, and their subnets from `/proc/net/route`: there also while a device that was
 * just made is not reported as running yet.
 */
export function ownAddresses4(trie: string, routes: string): readonly OwnAddress[] {
  const ips = new Set([...trie.matchAll(/\|-- ([\d.]+)\n\s+\/32 host LOCAL/g)].map(([, ip]) => ip!));
  const subnets = routes.split('\n').slice(1).flatMap(subnetOf);
  return [...ips].map((ip) => {
    const number = numberOf(ip);
    const subnet = subnets.find(({ network, mask }) => (number & mask) >>> 0 === network);
    return { ip, subnet: subnet?.text ?? null, internal: ip.startsWith('127.') };
  });
}

/** IPv6 addresses from `/proc/net/if_inet6`: address, index, prefix, scope, flags, device. */
export function ownAddresses6(text: string): readonly OwnAddress[] {
  return text.split('\n').flatMap((line) => {
    const [hex, , prefix, , , device] = line.split(/ +/);
    if (hex?.length !== 32 || prefix === undefined) return [];
    const bytes = Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
    const ip = addressText(new DataView(bytes.buffer), 0);
    return [{ ip, subnet: `${ip}/${Number.parseInt(prefix, 16)}`, internal: device === 'lo' }];
  });
}

/** A line of `/proc/net/route` without a gateway; numbers are hexadecimal, in network byte order read as host order. */
function subnetOf(line: string) {
  const [, destination, gateway, , , , , mask] = line.split('\t');
  if (destination === undefined || gateway !== '00000000' || mask === undefined) return [];
  const bits = swapped(Number.parseInt(mask, 16));
  const network = swapped(Number.parseInt(destination, 16));
  const prefix = 32 - Math.log2(2 ** 32 - bits);
  if (!(prefix > 0 && prefix <= 32)) return [];
  const text = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.');
  return [{ network, mask: bits, text: `${text}/${prefix}` }];
}

const swapped = (number: number) =>
  (((number & 255) << 24) | ((number & 0xff00) << 8) | ((number >>> 8) & 0xff00) | (number >>> 24)) >>> 0;

const numberOf = (ip: string) => ip.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
