import type { HttpContent, HttpRequest } from './http-codec.ts';
import type { Journeys, LoadOrder, Surge } from './protocol.ts';
import { PRODUCTS } from './shop/goods.ts';

type Visit = (request: HttpRequest) => Promise<HttpContent>;

/** Issues user journeys as an open loop: arrivals do not wait for the shop, up to a bound on journeys at a time. */
export class LoadGenerator {
  #visit: Visit;
  #order: LoadOrder | null = null;
  #timer: NodeJS.Timeout | undefined;
  #surgeTimer: NodeJS.Timeout | undefined;
  #underWay = 0;
  #counts = { issued: 0, skipped: 0, ended: 0, failed: 0 };

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  start(order: LoadOrder): void {
    clearTimeout(this.#timer);
    this.#order = order;
    this.#schedule(order, order.journeys ?? Number.POSITIVE_INFINITY);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#order = null;
    this.surge(null);
  }

  surge(surge: Surge | null): void {
    clearTimeout(this.#surgeTimer);
    if (surge === null) return;
    this.#surgeTimer = setTimeout(() => {
      void this.#tracked(() => this.#page({ method: 'GET', path: surge.path }));
      this.surge(surge);
    }, gap(surge.rate));
  }

  /** Journeys and extra pages that have not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  get journeys(): Journeys {
    return { running: this.#order !== null, ...this.#counts };
  }

  #schedule(order: LoadOrder, left: number): void {
    if (left <= 0) {
      this.#order = null;
      return;
    }
    this.#timer = setTimeout(() => {
      if (this.#underWay >= order.concurrency) this.#counts.skipped += 1;
      else void this.#tracked(() => this.#journey());
      this.#schedule(order, left - 1);
    }, gap(order.rate));
  }

  async #journey(): Promise<void> {
    this.#counts.issued += 1;
    const user = `u${Math.floor(Math.random() * 1e9).toString(36)}`;
    const id = PRODUCTS[Math.floor(Math.random() * PRODUCTS.length)]?.id;
    const answered = [
      await this.#page({ method: 'GET', path: `/?user=${user}` }),
      await this.#page({ method: 'GET', path: `/product?user=${user}&id=${id}` }),
      await this.#page({ method: 'POST', path: `/cart/add?user=${user}&id=${id}`, body: {} }),
      await this.#page({ method: 'POST', path: `/cart/checkout?user=${user}`, body: {} }),
    ];
    this.#counts.ended += 1;
    if (answered.includes(false)) this.#counts.failed += 1;
  }

  async #page(request: HttpRequest): Promise<boolean> {
    try {
      return (await this.#visit(request)).status === 200;
    } catch {
      return false;
    }
  }

  async #tracked(run: () => Promise<unknown>): Promise<void> {
    this.#underWay += 1;
    await run();
    this.#underWay -= 1;
  }
}

/** Time to the next arrival of a Poisson process, milliseconds. */
function gap(perSecond: number): number {
  return (-Math.log(1 - Math.random()) / perSecond) * 1000;
}
