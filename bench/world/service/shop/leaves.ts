import { CURRENCIES, PRODUCTS } from './goods.ts';
import { type Handler, ok } from './handler.ts';

/** Services that call nobody. */
export const productcatalog: Handler = async ({ query }) => {
  const id = query.get('id');
  if (id === null) return ok(PRODUCTS);
  const product = PRODUCTS.find((each) => each.id === id);
  return product === undefined ? { status: 404, body: { error: 'no such product' } } : ok(product);
};

export const currency: Handler = async ({ query }) => {
  const rate = CURRENCIES[query.get('to') ?? 'USD'] ?? 1;
  return ok({ amount: Number(query.get('amount') ?? 0) * rate });
};

export const shipping: Handler = async ({ path, query }) => {
  if (path === '/ship') return ok({ tracking: `T${Math.floor(Math.random() * 1e9)}` });
  return ok({ cost: 4.5 + 0.75 * Number(query.get('items') ?? 1) });
};

export const payment: Handler = async () => ok({ transaction: `P${Math.floor(Math.random() * 1e9)}` });

export const email: Handler = async () => ok({ sent: true });

export const ad: Handler = async () => ok({ text: `${PRODUCTS[0]?.name}: buy one, get one` });
