import type { Beginning } from '../beginning.ts';
import { Messages } from '../grpc/messages.ts';
import { isGrpc, timeoutOf } from '../grpc/status.ts';
import type { Fields } from '../hpack/decoder.ts';
import { methodName } from '../http/lines.ts';
import { grpcName, template } from '../template.ts';

/** What is carried: `unknown` while the content type is known by a reference to an unknown entry alone. */
export type Kind = 'plain' | 'grpc' | 'unknown';

/** A request that is not over. */
export interface Stream {
  readonly where: Beginning;
  kind: Kind;
  readonly method: string;
  readonly path: string;
  /** It said that it will wait, asked for a stream of events, or for a tunnel. */
  readonly patient: boolean;
  /** Nanoseconds the client gives it. */
  readonly timeout: number;
  /** First byte of its final answer; 0 = none yet. */
  answeredAt: number;
  /** HTTP status of that answer, 0 = not known. */
  status: number;
  /** Its answer says that it is a stream of events. */
  events: boolean;
  /** It has been given out. */
  given: boolean;
  /** Its answer may have gone by unread. */
  unsure: boolean;
  /** Several messages went one way, or another was sent after the answer had begun. */
  streaming: boolean;
  readonly asked: Messages;
  readonly answered: Messages;
}

const EVENTS = /^text\/event-stream\s*(?:;|$)/i;

/** @param carried what a request is when it does not say */
export function streamOf(where: Beginning, fields: Fields | null, carried: Kind): Stream {
  const timeout = timeoutOf(fields?.values.get('grpc-timeout'));
  const get = (name: string): string => fields?.values.get(name) ?? '';
  const patient =
    get(':method') === 'CONNECT' || EVENTS.test(get('accept')) || /(?:^|[\s,;])wait\s*=/i.test(get('prefer'));
  return {
    where,
    kind: kindOf(fields, Number.isFinite(timeout) ? 'grpc' : carried),
    method: get(':method'),
    path: get(':path'),
    patient,
    timeout,
    answeredAt: 0,
    status: 0,
    events: false,
    given: false,
    unsure: false,
    streaming: false,
    asked: new Messages(),
    answered: new Messages(),
  };
}

/** What the content type says. */
export function kindOf(fields: Fields | null, otherwise: Kind): Kind {
  const type = fields?.values.get('content-type');
  if (typeof type === 'string') return isGrpc(type) ? 'grpc' : 'plain';
  return fields !== null && !fields.partial && type === undefined ? 'plain' : otherwise;
}

export const isEvents = (fields: Fields): boolean => EVENTS.test(fields.values.get('content-type') ?? '');

/** `''` where the path is not known or what is carried, and for a gRPC call whose path is no name. */
export function operationOf({ method, path, kind }: Stream): string {
  if (kind === 'grpc') return grpcName(path);
  if (method === 'CONNECT') return method;
  if (kind === 'unknown') return '';
  return method === '' || path === '' ? '' : `${methodName(method)} ${template(path)}`;
}
