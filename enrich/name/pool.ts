import ipaddr from 'ipaddr.js';
import { type Endpoint, type Resolution, TAGS, type Tags } from '../endpoint.ts';

/** Endpoints remembered for their identity; a fuller pool starts anew, and equal endpoints are then two objects. */
const MAX_ENDPOINTS = 500_000;
/** Addresses without a name that get an endpoint of their own: of private networks, and of the internet's crowd. */
const MAX_PRIVATE = 20_000;
const MAX_PUBLIC = 10_000;
/** Names listed where an address stands for several things. */
const MAX_CANDIDATES = 32;

/** Makes endpoints: frozen, and one object for equal tags, resolution and candidates. */
export class EndpointPool {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #private = new Set<string>();
  readonly #public = new Set<string>();
  #folded = 0;

  /** Times an unnamed address was named `other` because too many others have an endpoint already. */
  get folded(): number {
    return this.#folded;
  }

  get(resolution: Resolution, tags: Tags, candidates: readonly string[] = []): Endpoint {
    const listed =
      candidates.length === 0 ? NOBODY : [...new Set(candidates)].sort().slice(0, MAX_CANDIDATES);
    const key = keyOf(resolution, tags, listed);
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    if (this.#endpoints.size >= MAX_ENDPOINTS) this.#endpoints.clear();
    const ordered = TAGS.flatMap((tag) => (tags[tag] === undefined ? [] : [[tag, tags[tag]]]));
    const endpoint = Object.freeze({
      resolution,
      tags: Object.freeze(Object.fromEntries(ordered) as Tags),
      candidates: Object.freeze(listed) as readonly string[],
    });
    this.#endpoints.set(key, endpoint);
    return endpoint;
  }

  /** An end that only its address names. Ports are left out: they are no part of who somebody is. */
  unresolved(ip: string, tags: Tags = {}, candidates: readonly string[] = []): Endpoint {
    return this.get('unresolved', { ...tags, address: this.#address(ip) }, candidates);
  }

  #address(ip: string): string {
    if (this.#private.has(ip) || this.#public.has(ip)) return ip;
    const open = isPublic(ip);
    const seen = open ? this.#public : this.#private;
    if (seen.size < (open ? MAX_PUBLIC : MAX_PRIVATE)) {
      seen.add(ip);
      return ip;
    }
    this.#folded += 1;
    return open ? 'other public' : 'other private';
  }
}

const NOBODY: readonly string[] = Object.freeze([]);

/** Each value behind its length, so that no two endpoints share a key whatever characters their names hold. */
function keyOf(resolution: Resolution, tags: Tags, candidates: readonly string[]): string {
  let key: string = resolution;
  for (const tag of TAGS) {
    const value = tags[tag];
    key += value === undefined ? ',' : `,${value.length}:${value}`;
  }
  for (const name of candidates) key += `,${name.length}:${name}`;
  return key;
}

const isPublic = (ip: string): boolean => ipaddr.isValid(ip) && ipaddr.parse(ip).range() === 'unicast';
