import { FaultlineError } from '../../probe/index.ts';

/**
 * Tells of an error that comes back every second once, and once more after it was gone (`null`). `otherwise` begins the
 * line of an error without a code of its own.
 */
export function onceUntilWell(warn: (line: string) => void, otherwise: string): (cause: unknown) => void {
  let told = '';
  return (cause) => {
    const text = cause === null ? '' : described(cause, otherwise);
    if (text !== told && text !== '') warn(text);
    told = text;
  };
}

function described(cause: unknown, otherwise: string): string {
  if (cause instanceof FaultlineError) return `${cause.code}: ${cause.message}. ${cause.hint}`;
  return `${otherwise}: ${cause instanceof Error ? cause.message : String(cause)}`;
}
