import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPayloadDrain } from './conversations-drain.ts';
import { createMeter } from './governor-meter.ts';

/** A ring that gives out these pieces one drain after another; 0 = a chunk is just being written. */
function ringOfPieces(pieces: readonly number[]) {
  const left = [...pieces];
  return {
    pending: () => left.reduce((sum, bytes) => sum + bytes, 0),
    drain: () => ({ bytes: left.shift() ?? 0, records: 1 }),
  };
}

test('everything that waited is read, also behind a chunk that is just being written, and then no more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(0, 0, 64, 2112), { maxLength: 20 }),
      fc.array(fc.constantFrom(64, 128), { maxLength: 5 }),
      async (waiting, later) => {
        const ring = ringOfPieces(waiting);
        const total = ring.pending();
        let read = 0;
        const drain = createPayloadDrain({
          ring: {
            pending: ring.pending,
            drain() {
              const { bytes } = ring.drain();
              return { bytes: bytes || (ring.pending() === 0 ? (later.shift() ?? 0) : 0), records: 1 };
            },
          },
          conversations: {
            feed(bytes) {
              read += bytes.length;
            },
          },
          meter: createMeter(),
          pressing: () => false,
        });
        const more = later.length;
        await drain(false);
        expect(read).toBeGreaterThanOrEqual(total);
        expect(more - later.length).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test('without payload there is nothing to read', async () => {
  const feed = () => {
    throw new Error('no');
  };
  const meter = createMeter();
  await createPayloadDrain({ ring: null, conversations: { feed }, meter, pressing: () => false })(true);
});

test('payload stays where it is while connections wait to be told, but not at the end', async () => {
  const pieces = Array.from({ length: 10 }, () => 64);
  const ring = ringOfPieces([...pieces, 0, ...pieces]);
  const total = ring.pending();
  let read = 0;
  const feed = (bytes: Uint8Array) => {
    read += bytes.length;
  };
  const drain = createPayloadDrain({
    ring,
    conversations: { feed },
    meter: createMeter(),
    pressing: () => true,
  });
  await drain(false);
  expect(read).toBeLessThan(total);
  await drain(true);
  expect(read).toBe(total);
});
