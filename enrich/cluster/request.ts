import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { ApiError } from './api-error.ts';

export interface Access {
  readonly server: URL;
  /** Adds credentials, certificates and proxies to a request. */
  authorize(options: RequestOptions): Promise<void>;
}

/** A page of 500 objects of etcd's largest size is less. */
const MAX_BODY = 1 << 30;
/** etcd refuses objects above 1.5 MiB; JSON of the same object takes a little more. */
const MAX_LINE = 16 << 20;
/** A page that does not come for this long will not come. */
const ANSWER_MILLIS = 60_000;

/** GETs a JSON document. Rejects with ApiError. */
export async function getJson(access: Access, path: string, signal: AbortSignal): Promise<unknown> {
  const response = await send(access, path, ANSWER_MILLIS, signal);
  const body = parse(await readAll(response));
  if (response.statusCode !== 200) throw ApiError.of(response.statusCode ?? 0, body);
  return body;
}

/**
 * GETs a stream of JSON lines, in order; returns when the server ends it, rejects with ApiError when it breaks or is
 * silent for `silence` milliseconds. Lines that are no JSON come as `undefined`.
 */
export async function* getLines(
  access: Access,
  path: string,
  silence: number,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const response = await send(access, path, silence, signal);
  if (response.statusCode !== 200)
    throw ApiError.of(response.statusCode ?? 0, parse(await readAll(response)));
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE)
        throw new ApiError(null, `a line of the watch is longer than ${MAX_LINE} characters`);
      for (const line of lines) if (line !== '') yield parse(line);
    }
  } catch (error) {
    throw ApiError.from(error);
  }
}

async function send(
  access: Access,
  path: string,
  silence: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(access.server.pathname.replace(/\/$/, '') + path, access.server);
  const options: RequestOptions = {
    headers: { accept: 'application/json', 'user-agent': 'faultline' },
    signal,
  };
  await access.authorize(options).catch((error: unknown) => {
    throw ApiError.from(error);
  });
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options, resolve);
    request.setTimeout(silence, () => {
      request.destroy(new ApiError(null, `no answer for ${silence / 1000} s`));
    });
    request.once('error', (error) => reject(ApiError.from(error)));
    request.end();
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += (chunk as Buffer).length;
      if (size > MAX_BODY) throw new ApiError(null, `the answer is larger than ${MAX_BODY} bytes`);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw ApiError.from(error);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
