import type { Product } from './goods.ts';
import { type Handler, type Neighbours, need, ok } from './handler.ts';

/** Other products than the one that is looked at. */
export function recommendation(neighbours: Neighbours): Handler {
  return async ({ query }) => {
    const all = await need<Product[]>(neighbours, 'productcatalog', '/');
    return ok(all.filter(({ id }) => id !== query.get('not')).slice(0, 4));
  };
}
