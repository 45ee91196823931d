import type { Chunk, Dialect } from '../protocols/parser.ts';

/** As many chunks as the kernel hands over of a connection it knows nothing about. */
export const FIRST_CHUNKS = 8;

/**
 * Finds out what a connection speaks. The dialect its server end spoke before is asked first and, where the beginning was
 * not seen and nobody can tell, believed.
 */
export interface Recogniser {
  /**
   * @param chunks the first of the connection that were seen, in their order
   * @returns the dialect, `null` when it is none of them, `undefined` when more chunks are needed
   */
  recognise(
    chunks: readonly Chunk[],
    port: number,
    late: boolean,
    usual: Dialect | null,
  ): Dialect | null | undefined;
}

export function createRecogniser(dialects: readonly Dialect[]): Recogniser {
  return {
    recognise(chunks, port, late, usual) {
      let undecided = false;
      if (usual !== null) {
        const verdict = usual.recognise(chunks, port, late);
        if (verdict === 'yes') return usual;
        undecided = verdict === 'later';
      }
      for (const dialect of dialects) {
        if (dialect === usual) continue;
        const verdict = dialect.recognise(chunks, port, late);
        if (verdict === 'yes') return dialect;
        undecided ||= verdict === 'later';
      }
      if (undecided && chunks.length < FIRST_CHUNKS) return undefined;
      return late && undecided ? usual : null;
    },
  };
}
