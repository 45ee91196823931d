import { readFileSync } from 'node:fs';
import { FaultlineError } from '../../probe/index.ts';
import type { Listen } from '../server/index.ts';
import type { Options } from './command.ts';

const HOST = '127.0.0.1';
const PORT = 7070;

/**
 * `--listen`: `HOST:PORT`, `:PORT`, `PORT` or `HOST`; IPv6 in brackets.
 * @throws FaultlineError FL-604
 */
export function parseListen(options: Options): Listen {
  const text = options.text('listen');
  if (text === undefined) return { host: HOST, port: PORT };
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: match[1] ?? (match[2] || HOST), port };
  if (/^[A-Za-z][A-Za-z0-9.-]*$|^\d+(\.\d+){3}$/.test(text)) return { host: text, port: PORT };
  throw new FaultlineError(
    'FL-604',
    `--listen cannot be "${text}".`,
    'Write an address as 127.0.0.1:7070 or :8080.',
  );
}

export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
