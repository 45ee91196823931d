import { DNS } from './dns/index.ts';
import { HTTP } from './http/dialect.ts';
import { HTTP2 } from './http2/dialect.ts';
import { KAFKA } from './kafka/index.ts';
import { MYSQL } from './mysql/index.ts';
import type { Dialect } from './parser.ts';
import { POSTGRES } from './postgres/index.ts';
import { REDIS } from './redis/index.ts';

/**
 * Every protocol that is read from payload, in the order in which they are asked whether a connection speaks them. A new
 * one is appended here; its recorded conversations go to `testing/corpus/`, and the tests of `testing/` then hold it to
 * the rules of {@link Dialect} and make sure that it claims no conversation of the others.
 */
export const DIALECTS: readonly Dialect[] = [HTTP, HTTP2, REDIS, POSTGRES, MYSQL, KAFKA, DNS];

export type { Chunk, Dialect, Exchange, Parser } from './parser.ts';
