export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: number;
}

/** What the shop sells, prices in US dollars. */
export const PRODUCTS: readonly Product[] = [
  { id: 'sunglasses', name: 'Sunglasses', price: 19.99 },
  { id: 'tank-top', name: 'Tank Top', price: 18.99 },
  { id: 'watch', name: 'Watch', price: 109.99 },
  { id: 'loafers', name: 'Loafers', price: 89.99 },
  { id: 'hairdryer', name: 'Hairdryer', price: 24.99 },
  { id: 'candle-holder', name: 'Candle Holder', price: 18.99 },
  { id: 'salt-shakers', name: 'Salt and Pepper Shakers', price: 18.49 },
  { id: 'glass-jar', name: 'Bamboo Glass Jar', price: 5.49 },
  { id: 'mug', name: 'Mug', price: 8.99 },
];

/** Units per US dollar. */
export const CURRENCIES: Readonly<Record<string, number>> = { USD: 1, EUR: 0.92, GBP: 0.79, JPY: 151.2 };
