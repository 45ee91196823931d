import type { Codec, Reply } from './codec.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

export interface HttpContent {
  readonly status: number;
  readonly body: string;
}

/** Header that names the calling pod, and the one that names the answering pod. */
export const CLIENT_HEADER = 'x-client-pod';
export const SERVER_HEADER = 'x-pod';

/** HTTP/1.1 with Content-Length answers, which is what the shop's servers send. */
export function httpCodec(host: string, pod: string): Codec<HttpRequest, HttpContent> {
  return {
    encode({ method, path, body }) {
      const text = body === undefined ? '' : JSON.stringify(body);
      const length = text === '' ? '' : `content-length: ${Buffer.byteLength(text)}\r\n`;
      return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${CLIENT_HEADER}: ${pod}\r\n${length}\r\n${text}`;
    },
    decode,
    failed: (bytes) => bytes.subarray(0, 10).toString('latin1').startsWith('HTTP/1.1 5'),
  };
}

function decode(bytes: Buffer): Reply<HttpContent> | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const length = Number(headers.get('content-length') ?? 0);
  const body = bytes.subarray(end + 4);
  if (body.length < length) return null;
  return {
    server: headers.get(SERVER_HEADER) ?? null,
    close: headers.get('connection') === 'close',
    content: { status: Number(first.split(' ')[1]), body: body.toString('utf8', 0, length) },
  };
}
