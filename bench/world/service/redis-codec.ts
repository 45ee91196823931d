import type { Codec } from './codec.ts';

export type RedisValue = string | number | null | readonly RedisValue[] | { readonly error: string };

/** RESP2. Redis does not name its pod: the world knows the one behind the service. */
export const redisCodec: Codec<readonly string[], RedisValue> = {
  encode: (words) =>
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
  decode(bytes) {
    const parsed = parse(bytes, 0);
    return parsed === null ? null : { server: null, close: false, content: parsed.value };
  },
  failed: (bytes) => bytes[0] === 0x2d,
};

function parse(bytes: Buffer, at: number): { value: RedisValue; next: number } | null {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return null;
  const kind = String.fromCharCode(bytes[at] ?? 0);
  const text = bytes.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (kind) {
    case ':':
      return { value: Number(text), next };
    case '-':
      return { value: { error: text }, next };
    case '$':
      return parseBulk(bytes, next, Number(text));
    case '*':
      return parseArray(bytes, next, Number(text));
    default:
      return { value: text, next };
  }
}

function parseBulk(bytes: Buffer, at: number, length: number): { value: RedisValue; next: number } | null {
  if (length < 0) return { value: null, next: at };
  if (bytes.length < at + length + 2) return null;
  return { value: bytes.toString('utf8', at, at + length), next: at + length + 2 };
}

function parseArray(bytes: Buffer, at: number, length: number): { value: RedisValue; next: number } | null {
  const values: RedisValue[] = [];
  let next = at;
  for (let index = 0; index < length; index += 1) {
    const element = parse(bytes, next);
    if (element === null) return null;
    values.push(element.value);
    next = element.next;
  }
  return { value: values, next };
}
