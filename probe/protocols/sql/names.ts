/** Longest name in a template. */
const MOST_NAME = 64;

/** A name of a table as it appears in a template: what only tells one tenant, day or shard from another is `{id}`. */
export function foldName(name: string): string {
  const clean = name.replace(/[^\p{L}\p{N}_$-]/gu, '_').slice(0, MOST_NAME);
  if (UUID.test(clean)) return clean.replace(UUID, ID);
  const parts = clean.split(/([_$-]+)/);
  return parts
    .map((part, i) => (i % 2 === 0 ? foldPart(part) : part))
    .join('')
    .replace(/\{id\}([_$-]*\{id\})+/g, ID);
}

const ID = '{id}';
const UUID = /[0-9a-f]{8}([-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12}/i;
const HEX = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{6,}$/i;

/** Between underscores: `v2`, `s3` and `oauth2` are words, `123`, `p20240101` and `9f86d081` are not. */
function foldPart(part: string): string {
  if (part === '') return part;
  if (/^\p{N}+$/u.test(part) || HEX.test(part) || isToken(part)) return ID;
  return part.replace(/\p{N}{3,}/gu, ID);
}

/** Letters and digits in turns, as in random keys. */
function isToken(part: string): boolean {
  return part.length >= 8 && (part.match(/\p{N}+/gu)?.length ?? 0) >= 3;
}
