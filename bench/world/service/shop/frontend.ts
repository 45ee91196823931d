import type { Product } from './goods.ts';
import { type Handler, type Incoming, like, type Neighbours, need, type Outgoing, ok } from './handler.ts';

/** Rates asked for in one page at most. */
const MAX_BURST = 64;

/** The pages of the shop. Advertisements and recommendations may be missing; everything else is needed. */
export function frontend(neighbours: Neighbours): Handler {
  return (request) => {
    switch (request.path) {
      case '/product':
        return product(neighbours, request);
      case '/cart/add':
        return addToCart(neighbours, request);
      case '/cart/checkout':
        return placeOrder(neighbours, request);
      case '/rates':
        return burst(neighbours, request, 'currency', '/?to=JPY&amount=1');
      case '/offers':
        return burst(neighbours, request, 'ad', '/');
      default:
        return home(neighbours, request);
    }
  };
}

async function home(neighbours: Neighbours, { query }: Incoming): Promise<Outgoing> {
  const [products, rate, items, advert] = await Promise.all([
    need<Product[]>(neighbours, 'productcatalog', '/'),
    need<{ amount: number }>(neighbours, 'currency', '/?to=EUR&amount=1'),
    need<unknown[]>(neighbours, 'cart', `/?user=${query.get('user')}`),
    like(neighbours, 'ad', '/'),
  ]);
  return ok({ products: products.map(({ name }) => name), rate, inCart: items.length, advert });
}

async function product(neighbours: Neighbours, { query }: Incoming): Promise<Outgoing> {
  const id = query.get('id');
  const shown = await need<Product>(neighbours, 'productcatalog', `/?id=${id}`);
  const [price, items, others, advert] = await Promise.all([
    need(neighbours, 'currency', `/?to=EUR&amount=${shown.price}`),
    need<unknown[]>(neighbours, 'cart', `/?user=${query.get('user')}`),
    like(neighbours, 'recommendation', `/?not=${id}`),
    like(neighbours, 'ad', '/'),
  ]);
  return ok({ name: shown.name, price, inCart: items.length, others, advert });
}

async function addToCart(neighbours: Neighbours, { query }: Incoming): Promise<Outgoing> {
  const id = query.get('id');
  await need(neighbours, 'productcatalog', `/?id=${id}`);
  await need(neighbours, 'cart', `/add?user=${query.get('user')}&product=${id}`, {});
  const quote = await need(neighbours, 'shipping', '/quote?items=1');
  return ok({ quote });
}

async function placeOrder(neighbours: Neighbours, { query }: Incoming): Promise<Outgoing> {
  return ok(await need(neighbours, 'checkout', `/?user=${query.get('user')}`, {}));
}

/** A page that asks one service many things at once. */
async function burst(
  neighbours: Neighbours,
  { query }: Incoming,
  service: string,
  path: string,
): Promise<Outgoing> {
  const count = Math.min(Number(query.get('count') ?? 1), MAX_BURST);
  const answers = await Promise.all(Array.from({ length: count }, () => like(neighbours, service, path)));
  return ok({ answered: answers.filter((answer) => answer !== null).length });
}
