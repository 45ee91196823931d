import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, addressText } from './address.ts';
import { mapped, viewOf } from './testing/records.ts';

test('IPv6 addresses are written as the URL standard writes them', () => {
  const group = fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      fc.pre(!(groups.slice(0, 5).every((value) => value === 0) && groups[5] === 0xffff));
      const bytes = new Uint8Array(16);
      groups.forEach((value, i) => {
        viewOf(bytes).setUint16(2 * i, value);
      });
      const long = groups.map((value) => value.toString(16)).join(':');
      expect(`[${addressText(viewOf(bytes), 0)}]`).toBe(new URL(`http://[${long}]/`).hostname);
      expect(addressBytes(addressText(viewOf(bytes), 0))).toEqual(bytes);
    }),
  );
});

test('v4-mapped addresses are unwrapped', () => {
  fc.assert(
    fc.property(fc.ipV4(), (ip) => {
      expect(addressText(viewOf(mapped(ip)), 0)).toBe(ip);
      expect(addressBytes(ip)).toEqual(mapped(ip));
    }),
  );
});
