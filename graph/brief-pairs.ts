import type { NamedFlow } from '../enrich/index.ts';
import { type End, newEnd } from './end.ts';

/** Both sides of connections that are told together. */
export interface BriefPair {
  readonly client: { readonly end: End; readonly named: NamedFlow };
  readonly server: { readonly end: End; readonly named: NamedFlow };
}

/** Sides that wait for the other; the two come one right after the other, unless a hostile agent sends them. */
const MAX_WAITING = 1024;

/**
 * Brings the two flows of connections that are told together (`Flow.brief`) to each other. The probe has seen both ends of each
 * of them, so they have met already and nothing of them is remembered.
 */
export interface BriefPairs {
  /** The pair this flow completes, or `null` when the other has not come yet. */
  add(named: NamedFlow, now: number): BriefPair | null;
  /** Sides whose other never came, each with an end of its own. */
  drain(now: number): { readonly end: End; readonly named: NamedFlow }[];
}

export function createBriefPairs(): BriefPairs {
  const waiting = new Map<string, NamedFlow>();
  let given: NamedFlow[] = [];
  const alone = (named: NamedFlow, now: number): End => ({
    ...newEnd(named, now),
    supplies: 'all',
    over: true,
  });

  return {
    add(named, now) {
      const { flow } = named;
      const key = `${flow.boot}/${flow.brief?.pair}`;
      const other = waiting.get(key);
      if (other === undefined || other.flow.role === flow.role) {
        if (other !== undefined) given.push(other);
        else if (waiting.size >= MAX_WAITING) {
          const [oldest] = waiting;
          given.push(oldest![1]);
          waiting.delete(oldest![0]);
        }
        waiting.set(key, named);
        return null;
      }
      waiting.delete(key);
      const [client, server] = flow.role === 'client' ? [named, other] : [other, named];
      const clientEnd = alone(client, now);
      const serverEnd: End = { ...alone(server, now), supplies: 'own', peer: clientEnd };
      clientEnd.peer = serverEnd;
      return { client: { end: clientEnd, named: client }, server: { end: serverEnd, named: server } };
    },
    drain(now) {
      const left = [...given, ...waiting.values()];
      given = [];
      waiting.clear();
      return left.map((named) => ({ end: alone(named, now), named }));
    },
  };
}
