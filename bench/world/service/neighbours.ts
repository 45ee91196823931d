import type { ClientLedger } from './client-ledger.ts';
import { type HttpContent, type HttpRequest, httpCodec } from './http-codec.ts';
import { Pool } from './pool.ts';
import type { PodConfig } from './protocol.ts';
import { type RedisValue, redisCodec } from './redis-codec.ts';
import type { Neighbours } from './shop/handler.ts';

/** The one service that speaks Redis. */
export const REDIS_SERVICE = 'redis-cart';

/** The pools of a pod, one per service it calls. */
export class PooledNeighbours implements Neighbours {
  requestsPerConnection: number;
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
    return pool === undefined ? Promise.reject(new Error(`no way to ${service}`)) : pool.ask(request);
  }

  async redis(...words: readonly string[]): Promise<RedisValue> {
    if (this.#redis === null) throw new Error('no way to redis');
    const value = await this.#redis.ask(words);
    if (value !== null && typeof value === 'object' && 'error' in value) throw new Error(value.error);
    return value;
  }

  closeIdle(): void {
    for (const pool of this.#http.values()) pool.closeIdle();
    this.#redis?.closeIdle();
  }
}
