import type { Address } from '../flow.ts';
import { readAddress } from './address.ts';
import { record, TRANSLATED } from './layout.ts';

/** The remote end of a record as its first packet showed it behind the translation of its own namespace, or `null`. */
export function readTranslated(view: DataView, base: number): Address | null {
  if (record.hasTranslated(view, base) === 0) return null;
  return readAddress(view, base + TRANSLATED, record.translatedPort(view, base));
}
