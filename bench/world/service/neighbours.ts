import { happens } from './behaviour.ts';
import type { ClientLedger } from './client-ledger.ts';
import { type HttpContent, type HttpRequest, httpCodec } from './http-codec.ts';
import { Pool } from './pool.ts';
import type { PodConfig } from './protocol.ts';
import { type RedisValue, redisCodec } from './redis-codec.ts';
import type { Neighbours } from './shop/handler.ts';

/** The one service that speaks Redis. */
export const REDIS_SERVICE = 'redis-cart';

/** A target that is no URL, and a command without its key: a server answers both with an error. */
const MALFORMED_PATH = '//';
const MALFORMED_COMMAND = ['HGETALL'];

/** The pools of a pod, one per service it calls. */
export class PooledNeighbours implements Neighbours {
  requestsPerConnection: number;
  /** Share of calls that are malformed, 0..1. */
  malformedRate = 0;
  #http = new Map<string, Pool<HttpRequest, HttpContent>>();
  #redis: Pool<readonly string[], RedisValue> | null = null;

  constructor({ pod, upstreams, requestsPerConnection }: PodConfig, ledger: ClientLedger) {
    this.requestsPerConnection = requestsPerConnection;
    const life = (): number => this.requestsPerConnection;
    for (const [service, to] of Object.entries(upstreams)) {
      if (service === REDIS_SERVICE) this.#redis = new Pool(service, to, redisCodec, ledger, life);
      else this.#http.set(service, new Pool(service, to, httpCodec(service, pod), ledger, life));
    }
  }

  call(service: string, request: HttpRequest): Promise<HttpContent> {
    const pool = this.#http.get(service);
    if (pool === undefined) return Promise.reject(new Error(`no way to ${service}`));
    return pool.ask(happens(this.malformedRate) ? { ...request, path: MALFORMED_PATH } : request);
  }

  async redis(...words: readonly string[]): Promise<RedisValue> {
    if (this.#redis === null) throw new Error('no way to redis');
    const value = await this.#redis.ask(happens(this.malformedRate) ? MALFORMED_COMMAND : words);
    if (value !== null && typeof value === 'object' && 'error' in value) throw new Error(value.error);
    return value;
  }

  closeIdle(): void {
    for (const pool of this.#http.values()) pool.closeIdle();
    this.#redis?.closeIdle();
  }
}
