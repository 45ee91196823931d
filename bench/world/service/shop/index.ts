import { cart } from './cart.ts';
import { checkout } from './checkout.ts';
import { frontend } from './frontend.ts';
import type { Handler, Neighbours } from './handler.ts';
import { ad, currency, email, payment, productcatalog, shipping } from './leaves.ts';
import { recommendation } from './recommendation.ts';

const SHOP: Readonly<Record<string, (neighbours: Neighbours) => Handler>> = {
  frontend,
  checkout,
  cart,
  recommendation,
  productcatalog: () => productcatalog,
  currency: () => currency,
  shipping: () => shipping,
  payment: () => payment,
  email: () => email,
  ad: () => ad,
};

export function handlerOf(service: string, neighbours: Neighbours): Handler {
  const make = SHOP[service];
  return make === undefined ? async () => ({ status: 404, body: {} }) : make(neighbours);
}
