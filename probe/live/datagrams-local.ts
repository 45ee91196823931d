import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { inNetnsSync } from '../bpf-ringbuf-napi/index.js';

/** Addresses of one namespace are looked up again after this long. */
const KEEP_MICROS = 10_000_000;
/** Namespaces remembered. */
const MAX_NAMESPACES = 4096;

export interface OwnAddress {
  readonly ip: string;
  /** `10.0.0.2/24` */
  readonly cidr: string | null;
  /** A loopback device's. */
  readonly internal: boolean;
}

/** What a socket that is bound to no address sends from. */
export interface LocalAddresses {
  /**
   * The address of the namespace that talks to `remote`; `null` when several might.
   *
   * @param path of the namespace
   */
  facing(netns: number, path: string, remote: string, now: number): string | null;
  /** All of the family of `remote`. */
  candidates(netns: number, path: string, remote: string, now: number): readonly string[];
}

export function createLocalAddresses(
  read: (path: string) => readonly OwnAddress[] = readAddresses,
): LocalAddresses {
  const known = new Map<number, { readonly at: number; readonly own: readonly OwnAddress[] }>();

  const addressesOf = (netns: number, path: string, remote: string, now: number) => {
    let found = known.get(netns);
    if (found === undefined || now - found.at > KEEP_MICROS) {
      found = { at: now, own: read(path) };
      known.delete(netns);
      known.set(netns, found);
      if (known.size > MAX_NAMESPACES) known.delete(known.keys().next().value!);
    }
    return found.own.filter(({ ip }) => isIPv6(ip) === isIPv6(remote));
  };

  return {
    facing(netns, path, remote, now) {
      if (isLoopback(remote)) return isIPv6(remote) ? '::1' : '127.0.0.1';
      const own = addressesOf(netns, path, remote, now);
      if (own.some(({ ip }) => ip === remote)) return remote;
      const outside = own.filter(({ internal }) => !internal);
      const near = outside.filter(({ cidr }) => cidr !== null && contains(cidr, remote));
      const wide = outside.filter(({ ip }) => !isLinkLocal(ip));
      for (const choice of [near, wide]) if (choice.length === 1) return choice[0]!.ip;
      return null;
    },
    candidates: (netns, path, remote, now) => addressesOf(netns, path, remote, now).map(({ ip }) => ip),
  };
}

function readAddresses(path: string): readonly OwnAddress[] {
  try {
    return inNetnsSync(path, () => Object.values(networkInterfaces()).flatMap((own) => own ?? [])).map(
      ({ address: ip, cidr, internal }) => ({ ip, cidr, internal }),
    );
  } catch {
    /* The namespace went away with its process. */
    return [];
  }
}

function contains(cidr: string, ip: string): boolean {
  const [network, prefix] = cidr.split('/');
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
  const subnet = new BlockList();
  subnet.addSubnet(network!, Number(prefix), family);
  return subnet.check(ip, family);
}

const isLoopback = (ip: string) => ip.startsWith('127.') || ip === '::1';
const isLinkLocal = (ip: string) => ip.startsWith('fe80:') || ip.startsWith('169.254.');
