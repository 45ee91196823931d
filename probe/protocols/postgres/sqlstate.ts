/**
 * SQLSTATE as a number: its five characters (digits and capital letters) read to the base 36. `23505` (unique violation) is
 * 3505685 and `40001` is 6718465; {@link sqlstate} gives the text back. 0 = no error.
 */
export function statusOf(code: string): number {
  return /^[0-9A-Z]{5}$/.test(code) ? Number.parseInt(code, 36) : 1;
}

/** The five characters of a status of PostgreSQL. */
export function sqlstate(status: number): string {
  return status.toString(36).toUpperCase().padStart(5, '0').slice(-5);
}
