/** Segments kept; what follows is told by `*`. */
const MAX_DEPTH = 8;
/** Longest segment that can be a name; longer ones are values. */
const MAX_SEGMENT = 40;
/** Longest word in a name: longer ones are keys or hashes. */
const MAX_WORD = 24;
/** Longest template, in characters. */
const MAX_LENGTH = 200;
/** Bytes looked at of a path. */
const MAX_PATH = 1024;

const VALUE = '{id}';

/** Words with digits that are names all the same. Anything else with a digit in it counts as a value. */
const WITH_DIGITS =
  /^(?:v\d{1,2}(?:(?:alpha|beta|rc)\d{0,2})?|oauth2|s3|ec2|http2|h2c|base64|md5|sha1|sha256|sha512|ipv4|ipv6|web3|k8s|i18n|l10n|b2b|p2p|mp3|mp4|utf8|x509|2fa|3d)$/i;
/** Lower or upper case throughout, or camel case with at most one acronym in it: `status`, `API`, `getUserByURLPath`. */
const WORD = /^(?:[a-z]+|[A-Z]+|[a-z]*(?:[A-Z][a-z]+)*(?:[A-Z]{2,5})?(?:[A-Z][a-z]+)*)$/;
const HEX = /^[a-f]{8,}$/i;
const VOWEL = /[aeiouy]/i;
/** Longest run of letters without a vowel that a word may be made of (`https`, `graphql` has one). */
const MAX_VOWELLESS = 5;
const SEPARATORS = /[-_.~]/;
const EXTENSION = /^(.+)\.([a-z]{1,5})$/i;

/**
 * The path of a request without any value in it: `/cart/8c2f…/items/17?x=y` becomes `/cart/{id}/items/{id}`. A segment stays only
 * when all of its words look like names somebody chose for a route; anything else (numbers, UUIDs, hashes, keys, dates, e-mail
 * addresses, escaped or long text) is `{id}`. Query and fragment are dropped. The result has at most {@link MAX_DEPTH}
 * segments and {@link MAX_LENGTH} characters. A value in the shape of a plain word (`/users/alice`) cannot be told from a name: who keeps templates must bound
 * how many there are.
 *
 * @param target any form of an HTTP request target, or the `:path` of HTTP/2
 */
export function template(target: string): string {
  const path = pathOf(target.slice(0, MAX_PATH));
  if (path === '*') return '*';
  const segments = path.split('/', 4 * MAX_DEPTH).filter((segment) => segment !== '');
  let out = '';
  for (const [depth, segment] of segments.entries()) {
    const name = fold(segment);
    if (depth === MAX_DEPTH || out.length + name.length > MAX_LENGTH) return `${out}/*`;
    out += `/${name}`;
  }
  return out === '' ? '/' : out;
}

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  const whole = end < 0 ? target : target.slice(0, end);
  if (whole.startsWith('/') || whole === '*') return whole;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(whole);
  return authority === null ? `/${VALUE}` : whole.slice(authority[0].length);
}

function fold(segment: string): string {
  const [plain = ''] = segment.split(';', 1);
  const verb = plain.lastIndexOf(':');
  if (verb > 0) return `${foldPlain(plain.slice(0, verb))}:${foldPlain(plain.slice(verb + 1))}`;
  return foldPlain(plain);
}

function foldPlain(segment: string): string {
  if (isName(segment)) return segment;
  const extension = EXTENSION.exec(segment)?.[2];
  return extension !== undefined && isName(extension) ? `${VALUE}.${extension}` : VALUE;
}

function isName(segment: string): boolean {
  return segment.length <= MAX_SEGMENT && segment.split(SEPARATORS).every(isWord);
}

function isWord(word: string): boolean {
  if (WITH_DIGITS.test(word)) return true;
  if (word.length === 0 || word.length > MAX_WORD || !WORD.test(word) || HEX.test(word)) return false;
  return word.length <= MAX_VOWELLESS || VOWEL.test(word);
}

/** Longest part of a gRPC name that is kept. */
const MAX_NAME = 80;
const IDENTIFIER = /^[A-Za-z_](?:[A-Za-z_]|\d{1,3}(?!\d))*$/;

/**
 * `package.Service/Method` of the path of a gRPC call, which is a name and not a value; `''` when it does not look like one.
 */
export function grpcName(path: string): string {
  const [empty, service = '', method = '', ...rest] = path.slice(0, MAX_PATH).split('/', 4);
  if (empty !== '' || rest.length > 0 || service.length > MAX_NAME || method.length > MAX_NAME) return '';
  return [...service.split('.'), method].every((part) => IDENTIFIER.test(part)) ? `${service}/${method}` : '';
}
