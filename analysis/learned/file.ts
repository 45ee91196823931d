import { createHash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { FaultlineError } from '../../probe/index.ts';
import type { Detector, Judge } from './detector.ts';
import { VIEWS } from './masks.ts';
import { shapesOf, type Weights } from './network.ts';

/** A detector takes some hundred KiB. */
const LARGEST_FILE = 8 << 20;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes a detector as one document, whole or not at all. */
export async function saveDetector(file: string, detector: Detector): Promise<void> {
  const text = textOf(detector);
  const document = { format: 'faultline detector', version: 1, sha256: sha256(text), detector: text };
  const unfinished = `${file}.part`;
  await writeFile(unfinished, JSON.stringify(document), { mode: 0o644 });
  await rename(unfinished, file);
}

/**
 * Reads a detector back. The file may hold anything.
 *
 * @throws FaultlineError FL-421 where it cannot be read, was changed, or is no detector of this version
 */
export async function loadDetector(file: string): Promise<Detector> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new Error('it is too large for one');
    return await parsed(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new FaultlineError(
      'FL-421',
      `${file} holds no detector: ${reason}.`,
      'Remove it: the next night trains a new one.',
      { cause },
    );
  }
}

async function parsed(text: string): Promise<Detector> {
  // Loaded here alone: whoever reads no file does not pay for checking one.
  const { detectorDocument, fileDocument } = await import('./document.ts');
  const file = fileDocument.safeParse(JSON.parse(text));
  if (!file.success) throw new Error('it is no file of one, or of another version');
  if (sha256(file.data.detector) !== file.data.sha256) throw new Error('it was changed');
  const found = detectorDocument.safeParse(JSON.parse(file.data.detector));
  if (!found.success) throw new Error('its parts are not as they should be');
  const { channels, networks, judges } = found.data;
  const used = VIEWS.filter((view) => judges.some((judge) => judge.on && judge.view === view));
  if (judges.length !== channels.length || !used.every((view) => fits(networks[view], channels.length)))
    throw new Error('its parts do not fit together');
  const detector = {
    channels,
    networks: Object.fromEntries(used.map((view) => [view, networks[view]!])),
    judges: judges.map(
      ({ ranks, ...judge }): Judge => ({
        ...judge,
        ranks: { ...ranks, atLeast: Float64Array.from(ranks.atLeast) },
      }),
    ),
  };
  if (!detector.judges.every(inOrder)) throw new Error('its ranks are in no order');
  return detector;
}

const fits = (weights: Weights | undefined, channels: number): boolean => {
  const shapes = shapesOf(channels);
  return (
    weights?.length === shapes.length &&
    shapes.every(([rows, columns], i) => weights[i]!.length === rows * columns)
  );
};

/** Sizes rise, and ever fewer are at least as large: a p is then always more than 0, and falls with the size. */
const inOrder = ({ ranks: { count, sizes, atLeast } }: Judge): boolean =>
  sizes.length === atLeast.length &&
  sizes.every((size, i) => i === 0 || sizes[i - 1]! <= size) &&
  atLeast.every((number, i) => number <= (i === 0 ? count : atLeast[i - 1]!));

function textOf({ channels, networks, judges }: Detector): string {
  return JSON.stringify({
    channels,
    networks: Object.fromEntries(
      Object.entries(networks).map(([view, weights]) => [view, weights.map(base64)]),
    ),
    judges: judges.map(({ view, on, gain, ranks }) => ({
      view,
      on,
      gain,
      ranks: { count: ranks.count, sizes: base64(ranks.sizes), atLeast: [...ranks.atLeast] },
    })),
  });
}

function base64(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes.toString('base64');
}
