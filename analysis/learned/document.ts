import { z } from 'zod';

/** More channels than signals an edge can have. */
const MOST_CHANNELS = 32;
/** Of a view with the most channels and of the ranks: far more than any array holds. */
const LONGEST_TEXT = 4_000_000;

const finite = z.number();
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
/** Numbers of 32 bits, little-endian. */
const floats = z
  .string()
  .max(LONGEST_TEXT)
  .transform((text, context) => {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length % 4 !== 0) context.addIssue('no whole numbers');
    const values = Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(4 * i));
    if (!values.every(Number.isFinite)) context.addIssue('not all numbers');
    return values;
  });

/** What a file of a detector holds. */
export const detectorDocument = z.strictObject({
  channels: z
    .array(z.strictObject({ name: z.string().min(1).max(64), side: z.enum(['up', 'both']) }))
    .min(1)
    .max(MOST_CHANNELS),
  networks: z.strictObject({ causes: z.array(floats).optional(), past: z.array(floats).optional() }),
  judges: z
    .array(
      z.strictObject({
        view: z.enum(['causes', 'past']),
        on: z.boolean(),
        gain: z.strictObject({ without: finite, with: finite, low: finite, episodes: count }),
        ranks: z.strictObject({ count, sizes: floats, atLeast: z.array(count).max(LONGEST_TEXT) }),
      }),
    )
    .max(MOST_CHANNELS),
});

export const fileDocument = z.strictObject({
  format: z.literal('faultline detector'),
  version: z.literal(1),
  sha256: z.string().length(64),
  detector: z.string().max(LONGEST_TEXT),
});
