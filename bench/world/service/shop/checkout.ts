import type { Product } from './goods.ts';
import { type Handler, like, type Neighbours, need, ok } from './handler.ts';

interface Item {
  readonly product: string;
  readonly quantity: number;
}

/** Turns a cart into an order: price it, charge, ship, forget the cart, send a mail (which may fail). */
export function checkout(neighbours: Neighbours): Handler {
  return async ({ query }) => {
    const user = query.get('user') ?? '';
    const items = await need<Item[]>(neighbours, 'cart', `/?user=${user}`);
    const prices = await Promise.all(items.map((item) => priceOf(neighbours, item)));
    const quote = await need<{ cost: number }>(neighbours, 'shipping', `/quote?items=${items.length}`);
    const total = prices.reduce((sum, price) => sum + price, quote.cost);
    const paid = await need<{ transaction: string }>(neighbours, 'payment', '/charge', { user, total });
    const shipped = await need<{ tracking: string }>(neighbours, 'shipping', '/ship', { user });
    await need(neighbours, 'cart', `/empty?user=${user}`, {});
    await like(neighbours, 'email', `/confirmation?user=${user}`);
    return ok({ total, ...paid, ...shipped });
  };
}

async function priceOf(neighbours: Neighbours, { product, quantity }: Item): Promise<number> {
  const { price } = await need<Product>(neighbours, 'productcatalog', `/?id=${product}`);
  const { amount } = await need<{ amount: number }>(neighbours, 'currency', `/?to=EUR&amount=${price}`);
  return amount * quantity;
}
