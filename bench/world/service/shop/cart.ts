import { type Handler, type Neighbours, ok } from './handler.ts';

/** Carts live in Redis as one hash per user: product to quantity. */
export function cart(neighbours: Neighbours): Handler {
  return async ({ path, query }) => {
    const key = `cart:${query.get('user') ?? ''}`;
    if (path === '/add') {
      await neighbours.redis('HINCRBY', key, query.get('product') ?? '', '1');
      return ok({});
    }
    if (path === '/empty') {
      await neighbours.redis('DEL', key);
      return ok({});
    }
    const pairs = await neighbours.redis('HGETALL', key);
    if (!Array.isArray(pairs)) throw new Error('the cart could not be read');
    const items = pairs.flatMap((product, index) =>
      index % 2 === 0 ? [{ product: String(product), quantity: Number(pairs[index + 1]) }] : [],
    );
    return ok(items);
  };
}
