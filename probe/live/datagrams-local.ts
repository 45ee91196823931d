import { existsSync, readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { inNetnsSync } from '../bpf-ringbuf-napi/index.js';
import { type OwnAddress, ownAddresses4, ownAddresses6 } from './datagrams-addresses.ts';

/** Addresses of one namespace are looked up again after this long. */
const KEEP_MICROS = 10_000_000;
/** Namespaces remembered. */
const MAX_NAMESPACES = 4096;

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
      const near = outside.filter(({ subnet }) => subnet !== null && contains(subnet, remote));
      const wide = outside.filter(({ ip }) => !isLinkLocal(ip));
      for (const choice of [near, wide]) if (choice.length === 1) return choice[0]!.ip;
      return null;
    },
    candidates: (netns, path, remote, now) => addressesOf(netns, path, remote, now).map(({ ip }) => ip),
  };
}

/** What the kernel tells of the namespace of the thread that reads it. */
function readAddresses(path: string): readonly OwnAddress[] {
  const folder = '/proc/thread-self/net';
  const text = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');
  try {
    return inNetnsSync(path, () => [
      ...ownAddresses4(text('fib_trie'), text('route')),
      ...(existsSync(`${folder}/if_inet6`) ? ownAddresses6(text('if_inet6')) : []),
    ]);
  } catch {
    /* The namespace went away with its process. */
    return [];
  }
}

function contains(subnet: string, ip: string): boolean {
  const [network, prefix] = subnet.split('/');
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network!, Number(prefix), family);
  return list.check(ip, family);
}

const isLoopback = (ip: string) => ip.startsWith('127.') || ip === '::1';
const isLinkLocal = (ip: string) => ip.startsWith('fe80:') || ip.startsWith('169.254.');
